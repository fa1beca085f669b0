import type { Context, Errors } from 'io-ts'
import { TaggedError } from '../error/tagged-error.js'

/** How many mismatches an {@link InvalidValue} lists at most. */
export const maxErrors = 20

/** How many of them its message spells out. */
const inMessage = 5

/**
 * A value that does not fit its codec, or bytes that hold no value of it.
 *
 * `errors` are io-ts's own (`value`, `context`, `message`), every mismatch up to 20; the message lists
 * the paths of the first few.
 */
export class InvalidValue extends TaggedError<'InvalidValue'> {
  /**
   * @param errors - what did not fit, at most 20 of them
   * @param what - leads the message, such as `the value does not fit` or `the bytes do not fit`
   */
  constructor(
    readonly errors: Errors,
    what = 'the value does not fit its codec',
  ) {
    const shown = errors.slice(0, inMessage).map(error => {
      const path = pathOf(error.context)
      return `${path === '' ? '' : `${path}: `}${error.message ?? expectation(error.context, error.value)}`
    })
    const more = errors.length > inMessage ? [`and ${errors.length - inMessage} more, see errors`] : []
    super('InvalidValue', `${what}: ${[...shown, ...more].join('; ')}`)
  }
}

/** The keys of a context, joined by dots; the root has none. */
export const pathOf = (context: Context): string =>
  context
    .map(entry => entry.key)
    .filter(key => key !== '')
    .join('.')

const expectation = (context: Context, value: unknown): string =>
  `expected ${context.at(-1)?.type.name ?? 'a value'}, got ${printValue(value)}`

/** A value in a few words, for a message: never longer than about 60 characters, never calls the value's own code. */
export const printValue = (value: unknown): string => {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value.length > 50 ? `${value.slice(0, 50)}…` : value)
    case 'number':
      return Object.is(value, -0) ? '-0' : String(value)
    case 'boolean':
    case 'undefined':
      return String(value)
    case 'bigint':
      return value > 10n ** 40n || value < -(10n ** 40n) ? 'a large bigint' : `${value}n`
    case 'symbol':
      return 'a symbol'
    case 'function':
      return 'a function'
    default:
      return value === null
        ? 'null'
        : Array.isArray(value)
          ? `an array of ${value.length}`
          : value instanceof Uint8Array
            ? `${value.length} bytes`
            : 'an object'
  }
}
