import type { Absent, ReadLiteral } from './plan.js'
import { scalarTakes } from './scalar.js'
import { takesUndefined, type Field, type Literal, type Type } from './type.js'

/** The writer's field for a property of ours: by its name, or by one of its other names. */
export const sourceOf = (field: Field, theirs: readonly Field[]): Field | undefined =>
  theirs.find(other => other.key === field.key) ?? theirs.find(other => field.aliases.includes(other.key))

/** What a property is without a value from the writer. */
export const absentOf = (field: Field): Absent => {
  if (field.fallback !== undefined) return { is: 'value', value: field.fallback.value, steps: [] }
  if (!field.required) return { is: 'omitted' }
  return takesUndefined(field.type) ? { is: 'value', value: undefined, steps: [] } : { is: 'missing' }
}

/**
 * How a reader takes one literal of the writer's: where it has that very literal, before where a kind takes it too.
 *
 * @param asLiteral - only where it has that literal
 */
export const takeLiteral = (reader: Type, literal: Literal, asLiteral = false): ReadLiteral | undefined => {
  switch (reader.kind) {
    case 'enum':
      return reader.body.values.some(value => value.literal === literal)
        ? { value: literal, steps: reader.steps }
        : undefined
    case 'scalar':
      return !asLiteral && scalarTakes(reader.scalar, literal) ? { value: literal, steps: reader.steps } : undefined
    case 'unknown':
      return asLiteral ? undefined : { value: literal, steps: reader.steps }
    case 'union': {
      for (const exactly of asLiteral ? [true] : [true, false])
        for (const { type } of reader.body.members) {
          const taken = takeLiteral(type, literal, exactly)
          if (taken !== undefined) return { value: taken.value, steps: [...taken.steps, ...reader.steps] }
        }
      return undefined
    }
    default:
      return undefined
  }
}
