import { TaggedError } from '../../error/tagged-error.js'

/** How a child came to its end: the `cause` of a `PipeError` with `why: 'exited'`. */
export class Exited extends TaggedError<'Exited'> {
  /**
   * @param command - what was started
   * @param code - its exit code, unless a signal ended it
   * @param signal - the signal that ended it, if one did
   * @param stderr - the tail of what it said on stderr, 4 KiB at most
   */
  constructor(
    readonly command: string,
    readonly code: number | null,
    readonly signal: string | null,
    readonly stderr: string,
  ) {
    super('Exited', `${command} ended ${signal === null ? `with code ${String(code)}` : `by ${signal}`}`)
  }

  /** Code 0 and no signal. */
  get clean(): boolean {
    return this.code === 0 && this.signal === null
  }
}
