import { parse } from './diagram.js'
import type { Happening, Lanes } from './lane.js'
import type { Noted, RecordedEnd } from './note-frames.js'

/** Whose credit, and in what. */
export interface WhichCredit {
  /** The call's id: odd where the end that dialled opened it. */
  readonly id: number
  /** What is counted; default `items`. */
  readonly of?: 'items' | 'bytes'
}

/** What the letters of a diagram stand for: a number of items, or of bytes. Digits stand for themselves. */
export type CreditValues = Readonly<Record<string, number>>

/**
 * Expects how much an end may still send on one of its calls, over time: items of a stream that it serves, or of an upload that it
 * makes. Each grant makes it more, when it arrives; each item less, when it leaves. A moment shows what is left at its end.
 *
 * @example
 * ```ts
 * expectCredit(right, { id: 1 }).toBe('30ms 4 4ms 3----2 16ms 4')
 * expectCredit(right, { id: 1, of: 'bytes' }).toBe('30ms a 4ms b', { a: 1_048_576, b: 1_048_574 })
 * ```
 */
export type ExpectCredit = (
  end: RecordedEnd,
  which: WhichCredit,
) => { readonly toBe: (diagram: string, values?: CreditValues) => void }

/** By how much a frame changes what may be sent. */
const changeOf = (noted: Noted, { id, of = 'items' }: WhichCredit): number => {
  if (!('frame' in noted) || !('id' in noted.frame) || noted.frame.id !== id) return 0
  const { frame } = noted
  if (noted.by === 'the far end') {
    if (frame._tag === 'Credit') return frame[of]
    return frame._tag === 'Open' ? (frame.credit?.[of] ?? 0) : 0
  }
  if (frame._tag === 'Next') return of === 'items' ? -1 : -frame.payload.length
  return frame._tag === 'Fragment' && of === 'bytes' ? -frame.payload.length : 0
}

interface Level {
  readonly at: number
  readonly left: number
}

const levelsOf = (end: RecordedEnd, which: WhichCredit): readonly Level[] => {
  const levels: Level[] = []
  let left = 0
  for (const noted of end.noted) {
    const change = changeOf(noted, which)
    if (change === 0) continue
    left += change
    if (levels.at(-1)?.at === noted.at) levels.pop()
    levels.push({ at: noted.at, left })
  }
  // what arrives and leaves in one moment changes nothing
  return levels.filter((level, i) => level.left !== levels[i - 1]?.left)
}

/** A digit for less than ten, else the letter that was given to it, or the next that is free. */
const lettersFor = (values: CreditValues): ((left: number) => string) => {
  const letters = new Map(Object.entries(values).map(([letter, value]) => [value, letter]))
  let next = 97
  return left => {
    const known = letters.get(left) ?? (left >= 0 && left < 10 ? String(left) : undefined)
    if (known !== undefined) return known
    while ([...letters.values()].includes(String.fromCharCode(next)) && next < 122) next++
    letters.set(left, String.fromCharCode(next))
    return String.fromCharCode(next)
  }
}

/** Expects credit, among the other lanes of a test. */
export const expectCreditIn =
  (lanes: Lanes): ExpectCredit =>
  (end, which) => ({
    toBe: (diagram, values = {}) => {
      const { id, of = 'items' } = which
      for (const { letter } of parse(diagram))
        if (values[letter] === undefined && !/\d/.test(letter))
          throw new Error(`'${letter}' stands for no number in '${diagram}': give it one, as in { ${letter}: 256 }`)
      lanes.expect(
        {
          title: `expectCredit(${end.name}, call ${id}, ${of})`,
          verb: 'left',
          happened: () => {
            const letterOf = lettersFor(values)
            return levelsOf(end, which).map(({ at, left }): Happening => ({
              at,
              letter: letterOf(left),
              text: () => `${left} ${of}`,
            }))
          },
        },
        diagram,
      )
    },
  })
