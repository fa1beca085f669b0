import { TaggedError } from '../error/tagged-error.js'

/** A codec that has no protobuf form: says where in it, why, and what to do. */
export class Unmappable extends TaggedError<'Unmappable'> {
  /**
   * @param path - keys from the codec's root on, joined by dots; `[]` is an array's item, `{}` a dictionary's value
   * @param why - what cannot be done
   * @param remedy - what to do instead
   */
  constructor(
    readonly path: string,
    readonly why: string,
    readonly remedy: string,
  ) {
    super('Unmappable', `${path === '' ? '' : `${path}: `}${why}: ${remedy}`)
  }
}
