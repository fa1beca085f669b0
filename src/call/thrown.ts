import { cutText } from './cut-text.js'

/** How much of a value that is no error is told, in bytes. */
const mostOfValue = 1_000

const textOf = (value: object): string => {
  try {
    return JSON.stringify(value) ?? Object.prototype.toString.call(value)
  } catch {
    // what refers to itself, or throws when it is read
    return `{ ${Object.keys(value).join(', ')} }`
  }
}

const nameOf = (value: object): string => {
  const { _tag: tag, constructor: made } = value as { readonly _tag?: unknown; readonly constructor?: unknown }
  if (typeof tag === 'string') return tag
  return typeof made === 'function' && made !== Object && made.name !== '' ? made.name : 'object'
}

/** An error as it is told to somebody else: whatever was thrown has a name and a message, though anything may be thrown. */
export interface Thrown {
  readonly name: string
  readonly message: string
  readonly stack?: string
  /** It is data rather than an error: somebody may have meant it for the far end. */
  readonly isData: boolean
}

/** Makes a name and a message of whatever was thrown. */
export const thrownOf = (error: unknown): Thrown => {
  if (typeof error !== 'object' || error === null) return { name: typeof error, message: String(error), isData: false }
  const { name, message, stack } = error as { readonly [K in 'name' | 'message' | 'stack']?: unknown }
  // of another realm, or of a library of its own: no instance of Error
  if (typeof name === 'string' && typeof message === 'string')
    return { name, message, ...(typeof stack === 'string' ? { stack } : {}), isData: false }
  return { name: nameOf(error), message: cutText(textOf(error), mostOfValue), isData: true }
}
