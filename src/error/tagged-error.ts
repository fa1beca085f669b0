/**
 * The base of every error of sluice: an `Error` that is told apart by its `_tag`.
 *
 * Match on `_tag`, not with `instanceof`: two copies of a package may meet in one program.
 *
 * @example
 * ```ts
 * class Overslept extends TaggedError<'Overslept'> {
 *   constructor(readonly minutes: number) {
 *     super('Overslept', `overslept by ${minutes} minutes: set a second alarm`)
 *   }
 * }
 * ```
 */
export abstract class TaggedError<Tag extends string> extends Error {
  /**
   * @param _tag - names the member of the union; also the error's `name`
   * @param message - leads with what happened, ends with what to do
   * @param options - `cause`: the error behind this one
   */
  constructor(
    readonly _tag: Tag,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options)
    this.name = _tag
  }
}
