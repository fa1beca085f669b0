import { TaggedError } from './tagged-error.js'

/** An option that cannot be. Thrown where it is given, since what it would do later (nothing, or everything at once) tells nobody why. */
export class InvalidOption extends TaggedError<'InvalidOption'> {
  /**
   * @param option - its name, such as `peer({ heartbeat: { everyMs } })`
   * @param value - what it was
   * @param wanted - what it may be
   */
  constructor(
    readonly option: string,
    readonly value: unknown,
    readonly wanted: string,
  ) {
    super('InvalidOption', `${option} is ${typeof value === 'string' ? `'${value}'` : String(value)}: give ${wanted}`)
  }
}
