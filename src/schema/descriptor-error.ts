import { TaggedError } from '../error/tagged-error.js'

/** A descriptor that is too large, malformed, or says what cannot be. */
export class DescriptorError extends TaggedError<'DescriptorError'> {
  /** @param why - leads with what is wrong with it */
  constructor(why: string, options?: ErrorOptions) {
    super('DescriptorError', `${why}: the far end's descriptor is refused, look at what it runs`, options)
  }
}
