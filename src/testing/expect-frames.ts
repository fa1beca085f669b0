import type { Frame } from '../wire/frame.js'
import { draw, parse, type Mark } from './diagram.js'
import type { Seen, WireEnd } from './wire.js'

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

/** What is expected of a letter's frames: of all of them, or of one after the other. */
export type FrameValues = Readonly<Record<string, Partial<Frame> | readonly Partial<Frame>[]>>

/**
 * Expects what one end of a wire sends, in virtual milliseconds from the start of the test.
 *
 * The diagram is rxjs's own: letters are frames, `|` the end of this half, `#` its abortion, and frames that leave at the
 * same moment stand in parentheses. `values` tells more about a letter: fields that its frames are to have, or a list of
 * them, one for each frame in turn.
 *
 * @example
 * ```ts
 * expectFrames(left).toBe('H 9ms V 9ms O 19ms X', { O: { method: 0 }, X: { id: 1 } })
 * ```
 */
export type ExpectFrames = (end: WireEnd) => { readonly toBe: (diagram: string, values?: FrameValues) => void }

const markOf = (seen: Seen): Mark => ({
  at: seen.at,
  letter: 'frame' in seen ? letters[seen.frame._tag] : seen.end === 'complete' ? '|' : '#',
})

const pick = (frame: Frame, wanted: Partial<Frame>): Partial<Frame> =>
  Object.fromEntries(Object.keys(wanted).map(key => [key, (frame as unknown as Record<string, unknown>)[key]]))

/** Collects expectations about frames, and checks them when virtual time has run out. */
export const frameExpectations = (
  assertDeepEqual: (actual: unknown, expected: unknown) => void,
): { readonly expectFrames: ExpectFrames; readonly check: () => void } => {
  const checks: (() => void)[] = []
  return {
    check: () => checks.splice(0).forEach(check => check()),
    expectFrames: end => ({
      toBe: (diagram, values = {}) => {
        const expected = parse(diagram)
        checks.push(() => {
          assertDeepEqual(draw(end.seen.map(markOf)), draw(expected))
          for (const [letter, wanted] of Object.entries(values)) {
            const frames = end.seen.flatMap(seen =>
              'frame' in seen && letters[seen.frame._tag] === letter ? [seen.frame] : [],
            )
            const each = (Array.isArray(wanted) ? wanted : frames.map(() => wanted)) as readonly Partial<Frame>[]
            assertDeepEqual(
              frames.map((frame, i) => pick(frame, each[i] ?? {})),
              each.map(one => ({ ...one })),
            )
          }
        })
      },
    }),
  }
}
