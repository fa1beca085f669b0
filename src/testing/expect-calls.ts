import { fieldOf, happeningOf, type FrameValues } from './expect-frames.js'
import type { Happening, Lanes } from './lane.js'
import type { Noted, RecordedEnd } from './note-frames.js'

/** Which calls are looked at; without either, all. */
export interface WhichCalls {
  /** The call's id: odd where the end that dialled opened it. */
  readonly id?: number
  /** The name of their method. */
  readonly method?: string
}

/**
 * Expects the calls of one end of a wire as that end sees them: what it says as it leaves, and what the far end says as it
 * arrives, on one line. So a call is read from its `O` to its end, and its length is what the caller waits for.
 *
 * The alphabet is that of {@link ExpectFrames}, less what belongs to the session, to credit and to parts of long payloads:
 * `O` opened, `N` an item, `R` answered, `C` completed, `F` failed, `X` cancelled.
 *
 * @example
 * ```ts
 * expectCalls(left).toBe('20ms O 24ms R', { O: { method: 'greet', value: 'Ann' }, R: { value: 'hello, Ann' } })
 * expectCalls(left, { method: 'ticks' }).toBe('20ms O 24ms N-N-X')
 * ```
 */
export type ExpectCalls = (
  end: RecordedEnd,
  which?: WhichCalls,
) => { readonly toBe: (diagram: string, values?: FrameValues) => void }

const shown = new Set(['Open', 'Next', 'Reply', 'Complete', 'Fail', 'Cancel'])

const isShown = (noted: Noted, { id, method }: WhichCalls): boolean =>
  'frame' in noted &&
  shown.has(noted.frame._tag) &&
  (id === undefined || ('id' in noted.frame && noted.frame.id === id)) &&
  (method === undefined || noted.reading?.method === method)

const heardOrSaid = (noted: Noted): Happening => {
  const { at, letter, text } = happeningOf(noted)
  return {
    at,
    letter,
    text: () => `${noted.by === 'this end' ? 'says ' : 'hears'} ${text()}`,
    field: (name, wanted) => ('frame' in noted ? fieldOf(noted, name, wanted) : undefined),
  }
}

const titleOf = ({ id, method }: WhichCalls): string =>
  [...(id === undefined ? [] : [`call ${id}`]), ...(method === undefined ? [] : [method])]
    .map(text => `, ${text}`)
    .join('')

/** Expects calls, among the other lanes of a test. */
export const expectCallsIn =
  (lanes: Lanes): ExpectCalls =>
  (end, which = {}) => ({
    toBe: (diagram, values) =>
      lanes.expect(
        {
          title: `expectCalls(${end.name}${titleOf(which)})`,
          verb: 'seen',
          happened: () => end.noted.filter(noted => isShown(noted, which)).map(heardOrSaid),
        },
        diagram,
        values,
      ),
  })
