import { TaggedError } from '../error/tagged-error.js'

/**
 * The two ends did not come to a session.
 *
 * - `version`: they speak no common version of the wire
 * - `proof`: one of them does not know the other's secret
 * - `schema`: validation is required, and methods are mismatched
 * - `late`: the far end did not finish the handshake in time
 * - `far-end`: the far end refused, and said the message
 */
export class Refused extends TaggedError<'Refused'> {
  constructor(
    readonly why: 'version' | 'proof' | 'schema' | 'late' | 'far-end',
    message: string,
    options?: ErrorOptions,
  ) {
    super('Refused', message, options)
  }
}
