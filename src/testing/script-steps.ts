import type { Frame } from '../wire/frame.js'
import { piecesOf } from './diagram.js'
import { letters as alphabet } from './expect-frames.js'
import type { SaidFrame } from './said-frame.js'

/** What the letters of a script stand for: of each that it says, or of one after the other; and under `[O]` what it is to hear. */
export type ScriptValues = Readonly<Record<string, SaidFrame | readonly SaidFrame[]>>

/** One letter of a script that is said. */
export type Saying =
  | { readonly _tag: 'Frame'; readonly kind: Frame['_tag']; readonly fields: Exclude<SaidFrame, Uint8Array> }
  | { readonly _tag: 'Bytes'; readonly bytes: Uint8Array }
  | { readonly _tag: 'End' }
  | { readonly _tag: 'Abort' }

/** One step of a script. */
export type Step =
  | { readonly _tag: 'Wait'; readonly ms: number }
  | { readonly _tag: 'Say'; readonly says: readonly Saying[] }
  /** Waits for letters, one after the other; what comes in between is passed over. */
  | { readonly _tag: 'Hear'; readonly letters: readonly string[]; readonly place: number }

const kinds = new Map(Object.entries(alphabet).map(([kind, letter]) => [letter, kind as Frame['_tag']]))
const ends = ['|', '#']

const isList = (value: SaidFrame | readonly SaidFrame[]): value is readonly SaidFrame[] => Array.isArray(value)

/** Hands out what a letter stands for: the same each time, or the next of its list. */
class Values {
  private readonly used = new Map<string, number>()

  constructor(
    private readonly diagram: string,
    private readonly values: ScriptValues,
  ) {}

  next(letter: string): SaidFrame {
    const given = this.values[letter]
    const nth = this.used.get(letter) ?? 0
    this.used.set(letter, nth + 1)
    if (given === undefined) return {}
    if (!isList(given)) return given
    const value = given[nth]
    if (value === undefined)
      throw new Error(`'${letter}' has ${given.length} values, and stands oftener in '${this.diagram}'`)
    return value
  }
}

const sayingOf = (letter: string, value: SaidFrame, diagram: string): Saying => {
  if (letter === '|') return { _tag: 'End' }
  if (letter === '#') return { _tag: 'Abort' }
  if (value instanceof Uint8Array) return { _tag: 'Bytes', bytes: value }
  const kind = value._tag ?? kinds.get(letter)
  if (kind === undefined)
    throw new Error(`'${letter}' in '${diagram}' is no letter of a frame: give it a _tag, or bytes, among the values`)
  return { _tag: 'Frame', kind, fields: value }
}

/**
 * Reads a script.
 *
 * @throws Error when its diagram cannot be read, or a letter means nothing
 */
export const stepsOf = (diagram: string, given: ScriptValues): readonly Step[] => {
  const values = new Values(diagram, given)
  return piecesOf(diagram).flatMap((piece): readonly Step[] => {
    switch (piece._tag) {
      case 'Gap':
        return [{ _tag: 'Wait', ms: piece.ms }]
      case 'At':
        throw new Error(`'${diagram}' has a time by the clock: a script's time runs from where it last waited`)
      case 'Letters': {
        const says = piece.letters.map(letter => sayingOf(letter, values.next(letter), diagram))
        return [
          { _tag: 'Say', says },
          { _tag: 'Wait', ms: piece.width },
        ]
      }
      case 'Awaited': {
        const odd = piece.letters.find(letter => !kinds.has(letter) && !ends.includes(letter))
        if (odd !== undefined) throw new Error(`'[${odd}]' in '${diagram}' waits for no letter of the alphabet`)
        return [{ _tag: 'Hear', letters: piece.letters, place: piece.place }]
      }
    }
  })
}

/** Whether a script goes through the handshake by itself: then it says, or waits for, a `Hello`. */
export const greetsItself = (steps: readonly Step[]): boolean =>
  steps.some(step =>
    step._tag === 'Say'
      ? step.says.some(said => said._tag === 'Frame' && said.kind === 'Hello')
      : step._tag === 'Hear' && step.letters.includes('H'),
  )
