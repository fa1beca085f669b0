import { DescriptorError } from './descriptor-error.js'
import type { Literal } from './type.js'

/** What an enum's value stands for: its literal as JSON, or its name where it has none. */
export const literalOf = (literal: string, name: string): Literal => {
  if (literal === '') return name
  if (literal === 'undefined') return undefined
  let value: unknown
  try {
    value = JSON.parse(literal)
  } catch {
    throw new DescriptorError('a literal that is no JSON')
  }
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return value
  throw new DescriptorError('a literal that is an object')
}
