import { TaggedError } from '../error/tagged-error.js'

/**
 * A pipe could not be opened, or broke.
 *
 * - `refused`: nobody listens there, or we may not connect
 * - `reset`: the platform reported that the far end is gone
 * - `ended`: the far end's half ended without a goodbye, as it does when a process is killed
 * - `silent`: nothing was heard from the far end for too long: it is stopped, starved or cut off
 * - `aborted`: this end gave up on it
 * - `exited`: the process or thread at the far end is known to have ended
 * - `misused`: the pipe was used against its contract, e.g. read twice
 */
export class PipeError extends TaggedError<'PipeError'> {
  constructor(
    readonly why: 'refused' | 'reset' | 'ended' | 'silent' | 'aborted' | 'exited' | 'misused',
    message: string,
    options?: ErrorOptions,
  ) {
    super('PipeError', message, options)
  }
}
