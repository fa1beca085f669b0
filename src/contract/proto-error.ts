import { TaggedError } from '../error/tagged-error.js'

/** A `.proto` text or a descriptor set that cannot be made into codecs. */
export class ProtoError extends TaggedError<'ProtoError'> {
  /**
   * @param why - what is wrong with it
   * @param remedy - what to do
   */
  constructor(why: string, remedy: string, options?: ErrorOptions) {
    super('ProtoError', `${why}: ${remedy}`, options)
  }
}
