import type { Frame } from '../wire/frame.js'
import { describeFrame } from './describe-frame.js'
import { Lanes, type AssertDeepEqual, type Happening } from './lane.js'
import type { Seen, WireEnd } from './note-frames.js'

/**
 * The alphabet: one letter for each kind of frame.
 *
 * | letter | frame | letter | frame |
 * |---|---|---|---|
 * | `H` | Hello | `O` | Open |
 * | `P` | Proof | `N` | Next |
 * | `D` | Descriptors | `R` | Reply |
 * | `V` | Verdicts | `C` | Complete |
 * | `i` | Ping | `F` | Fail |
 * | `o` | Pong | `X` | Cancel |
 * | `A` | Ack | `+` | Credit |
 * | `G` | Goodbye | `~` | Fragment |
 *
 * Beside these a diagram has `|` for the end of a half, `#` for its abortion, and `?` for bytes that are no frame.
 */
export const letters: Readonly<Record<Frame['_tag'], string>> = {
  Hello: 'H',
  Proof: 'P',
  Descriptors: 'D',
  Verdicts: 'V',
  Ping: 'i',
  Pong: 'o',
  Ack: 'A',
  Goodbye: 'G',
  Open: 'O',
  Next: 'N',
  Reply: 'R',
  Complete: 'C',
  Fail: 'F',
  Cancel: 'X',
  Credit: '+',
  Fragment: '~',
}

/**
 * Fields that a frame is to have. `method` may be the name of the method, and `value` is what a payload carries, decoded: for
 * both the frame's `Open` has to be on the wire, and for `value` the wire has to know the contract.
 */
export type FrameFields = FieldsOf<Frame>

type FieldsOf<F> = F extends Frame
  ? { readonly [K in Exclude<keyof F, 'method'>]?: F[K] } & {
      readonly method?: number | string
      readonly value?: unknown
    }
  : never

/** What is expected of a letter's frames: of all of them, or of one after the other. */
export type FrameValues = Readonly<Record<string, FrameFields | readonly FrameFields[]>>

/**
 * Expects what one end of a wire sends, in virtual milliseconds from the start of the test.
 *
 * The diagram is rxjs's own: letters are frames, `|` the end of this half, `#` its abortion, and frames that leave at the
 * same moment stand in parentheses. `values` tells more about a letter: fields that its frames are to have, or a list of
 * them, one for each frame in turn. What one end hears is expected of `left.heard` and `right.heard`.
 *
 * @example
 * ```ts
 * expectFrames(left).toBe('H 9ms V 9ms O 19ms X', { O: { method: 'greet', value: 'Ann' }, X: { id: 1 } })
 * ```
 */
export type ExpectFrames = (end: WireEnd) => { readonly toBe: (diagram: string, values?: FrameValues) => void }

/** A field of a frame as it is compared with the wanted one: a method by its name, a payload as its value. */
export const fieldOf = (
  { frame, reading }: Extract<Seen, { readonly frame: Frame }>,
  name: string,
  wanted: unknown,
): unknown => {
  if (name === 'method' && typeof wanted === 'string') return reading?.method
  if (name === 'value') return reading?.value()?.value
  return (frame as unknown as Readonly<Record<string, unknown>>)[name]
}

const endText = (seen: Extract<Seen, { readonly end: unknown }>): string => {
  if (seen.end === 'complete') return 'the end of this half'
  return seen.error instanceof Error ? `${seen.error.name}: ${seen.error.message}` : 'an abortion'
}

/** What was seen on a wire, as a diagram has it. */
export const happeningOf = (seen: Seen): Happening => {
  const { at } = seen
  if ('garbage' in seen) return { at, letter: '?', text: () => seen.garbage }
  if ('end' in seen) return { at, letter: seen.end === 'complete' ? '|' : '#', text: () => endText(seen) }
  return {
    at,
    letter: letters[seen.frame._tag],
    text: () => describeFrame(seen.frame, seen.reading),
    field: (name, wanted) => fieldOf(seen, name, wanted),
  }
}

/** Expects frames, among the other lanes of a test. */
export const expectFramesIn =
  (lanes: Lanes): ExpectFrames =>
  end => ({
    toBe: (diagram, values) =>
      lanes.expect(
        {
          title: end.name === undefined ? 'expectFrames' : `expectFrames(${end.name})`,
          verb: end.name?.endsWith('heard') === true ? 'heard' : 'sent',
          happened: () => end.seen.map(happeningOf),
        },
        diagram,
        values,
      ),
  })

/** Collects expectations about frames, and checks them when virtual time has run out. */
export const frameExpectations = (
  assertDeepEqual: AssertDeepEqual,
): { readonly expectFrames: ExpectFrames; readonly check: () => void } => {
  const lanes = new Lanes(assertDeepEqual)
  return { expectFrames: expectFramesIn(lanes), check: () => lanes.check() }
}
