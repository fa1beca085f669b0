import { TaggedError } from '../../error/tagged-error.js'

/** What is shown of a call that went otherwise than recorded. */
export interface MismatchDetails {
  /** `demo.Kitchen.ticks`, and which call it is; empty where no call is concerned. */
  readonly call: string
  /** What was recorded, and comes next. */
  readonly expected: string
  /** What this end said instead. */
  readonly got: string
  /** Letters of what was recorded of the call, by the end under test, in order. */
  readonly recorded: readonly string[]
  /** Letters of what it said. */
  readonly said: readonly string[]
  /** Which of them is another, or missing. */
  readonly at: number
}

const aligned = (recorded: string, said: string, at: number): string =>
  `  recorded  ${recorded}\n  said      ${said}\n            ${' '.repeat(2 * at)}^`

const spread = (letters: readonly string[]): string => letters.join(' ')

/**
 * An end said something else than was recorded, or nothing where something was.
 *
 * No use in dialling again: `reconnect` passes it on.
 */
export class ReplayMismatch extends TaggedError<'ReplayMismatch'> {
  readonly final = true

  constructor(
    what: string,
    readonly details: MismatchDetails,
    options?: ErrorOptions,
  ) {
    const recorded = spread(details.recorded)
    const said = spread(details.said)
    const where = details.call === '' ? '' : ` in ${details.call}`
    const drawn = recorded === '' && said === '' ? '' : `\n${aligned(recorded, said, details.at)}`
    super(
      'ReplayMismatch',
      `${what}${where}\n  expected  ${details.expected}\n  got       ${details.got}${drawn}\nfind out why, or record anew if it is meant`,
      options,
    )
  }
}

/** The error of an end that did something else than to say something. */
export const unlike = (got: string, expected: string, cause?: unknown): ReplayMismatch => {
  const details = { call: '', expected, got, recorded: [], said: [], at: 0 }
  return new ReplayMismatch('this end did something else than was recorded', details, { cause })
}
