import * as t from 'io-ts'
import { maxErrors } from './invalid-value.js'
import { maxDepth, Mismatch } from './mismatch.js'
import { dispatchOf } from './pick-member.js'
import { isWellFormed, scalars } from './scalar.js'
import type { StepType, Type } from './type.js'
import { isRecordValue, propertyOf } from './values.js'

/** Stands in a value for what its bytes could not be turned into. */
export class Undecodable {
  /** @param errors - what io-ts said of the transformation, where it was one */
  constructor(
    readonly why: string,
    readonly errors: t.Errors = [],
  ) {}
}

/**
 * Every mismatch of a value with a type, as io-ts's errors, up to {@link maxErrors} of them.
 *
 * Slow and thorough: asked once a fast path has refused a value.
 */
export const explain = (type: Type, value: unknown): t.Errors => {
  const errors: t.ValidationError[] = []
  look(type, value, [{ key: '', type: codecOf(type), actual: value }], errors)
  return errors
}

const look = (type: Type, value: unknown, context: t.Context, errors: t.ValidationError[]): void => {
  if (errors.length >= maxErrors || context.length > maxDepth + 2) return
  const wrong = (message?: string): void => {
    errors.push(message === undefined ? { value, context } : { value, context, message })
  }
  if (value instanceof Undecodable) {
    wrong(value.errors[0]?.message ?? value.why)
    return
  }
  const { steps } = type
  const via = steps.findLast(step => step.kind === 'via')
  if (via !== undefined) {
    if (!attempt(() => via.codec.is(value))) wrong(`expected ${via.name}`)
    else refined(steps.slice(steps.lastIndexOf(via) + 1), value, wrong)
    return
  }
  const before = errors.length
  lookInside(type, value, context, errors, wrong)
  if (errors.length === before) refined(steps, value, wrong)
}

const refined = (steps: readonly StepType[], value: unknown, wrong: (message?: string) => void): void => {
  for (const step of steps)
    if (step.kind === 'refine' && !attempt(() => (step.holds as (v: unknown) => boolean)(value))) {
      wrong(`expected ${step.name}`)
      return
    }
}

// a predicate that throws does not hold
const attempt = (ask: () => boolean): boolean => {
  try {
    return ask()
  } catch {
    return false
  }
}

const lookInside = (
  type: Type,
  value: unknown,
  context: t.Context,
  errors: t.ValidationError[],
  wrong: (message?: string) => void,
): void => {
  const inside = (key: string, inner: Type, actual: unknown): void =>
    look(inner, actual, [...context, { key, type: codecOf(inner), actual }], errors)
  switch (type.kind) {
    case 'scalar':
      if (!scalars[type.scalar].holds(value))
        wrong(typeof value === 'string' && type.scalar === 'string' ? 'a lone surrogate cannot travel' : undefined)
      return
    case 'enum':
      if (!type.body.values.some(({ literal }) => literal === value)) wrong()
      return
    case 'record':
      if (!isRecordValue(value)) return wrong()
      for (const { key, required, type: inner } of type.body.fields) {
        const actual = propertyOf(value, key)
        if (actual === undefined && !required) continue
        if (required && !Object.hasOwn(value, key) && actual === undefined) {
          const at = [...context, { key, type: codecOf(inner), actual }]
          if (errors.length < maxErrors) errors.push({ value: actual, context: at, message: 'missing' })
        } else inside(key, inner, actual)
      }
      return
    case 'tuple':
      if (!Array.isArray(value)) return wrong()
      if (value.length !== type.body.fields.length)
        return wrong(`expected ${type.body.fields.length} items, got ${value.length}`)
      type.body.fields.forEach((field, index) => inside(field.key, field.type, value[index]))
      return
    case 'array':
      if (!Array.isArray(value)) return wrong()
      for (let i = 0; i < value.length && errors.length < maxErrors; i += 1) inside(String(i), type.body.item, value[i])
      return
    case 'dict':
      if (!isRecordValue(value)) return wrong()
      for (const key of Object.keys(value))
        if (type.body.holdsKey?.(key) !== false && errors.length < maxErrors) inside(key, type.body.value, value[key])
      return
    case 'union': {
      if (type.codec !== undefined && attempt(() => type.codec?.is(value) === true) && !hidden(type, value)) return
      const { byKind, byTag } = dispatchOf(type)
      const tagged = isRecordValue(value) ? byTag?.members.get(value[byTag.key] as never) : undefined
      const sole = tagged ?? byKind?.get(kindOf(value))
      const member = sole === undefined ? undefined : type.body.members[sole]
      if (member === undefined) wrong()
      else look(member.type, value, context, errors)
      return
    }
    case 'unknown':
      lookForData(value, context, errors, wrong, new Set())
  }
}

const kindOf = (value: unknown): never =>
  (typeof value === 'object' ? (Array.isArray(value) ? 'array' : 'object') : typeof value) as never

// io-ts accepts it, and yet something in it cannot travel: look on
const hidden = (type: Type & { readonly kind: 'union' }, value: unknown): boolean =>
  type.body.members.length > 0 && typeof value === 'object' && value !== null ? true : typeof value === 'string'

const lookForData = (
  value: unknown,
  context: t.Context,
  errors: t.ValidationError[],
  wrong: (message?: string) => void,
  parents: Set<unknown>,
): void => {
  if (errors.length >= maxErrors || context.length > maxDepth + 2) return
  if (typeof value === 'function' || typeof value === 'symbol') return wrong(`a ${typeof value} is no data`)
  if (typeof value === 'string' && !isWellFormed(value)) return wrong('a lone surrogate cannot travel')
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return
  if (parents.has(value)) return wrong('the value contains itself')
  const prototype: unknown = Object.getPrototypeOf(value)
  if (!Array.isArray(value) && prototype !== null && prototype !== Object.prototype)
    return wrong('an instance of a class is no data')
  parents.add(value)
  for (const key of Object.keys(value)) {
    const actual = (value as Record<string, unknown>)[key]
    const at = [...context, { key, type: t.unknown, actual }]
    lookForData(
      actual,
      at,
      errors,
      message => void errors.push({ value: actual, context: at, message: message ?? '' }),
      parents,
    )
  }
  parents.delete(value)
}

const codecOf = (type: Type): t.Decoder<unknown, unknown> => type.codec ?? nameless(type)

const nameless = (type: Type): t.Decoder<unknown, unknown> =>
  type.kind === 'enum'
    ? t.keyof(Object.fromEntries(type.body.values.map(({ literal }) => [String(literal), null])))
    : t.unknown

/** The one error of a value whose bytes say nothing more. */
export const explainWhy = (type: Type, value: unknown, error: unknown): t.Errors => [
  {
    value,
    context: [{ key: '', type: codecOf(type), actual: value }],
    message:
      error instanceof Mismatch
        ? (error.why ?? `expected ${codecOf(type).name}`)
        : error instanceof Error
          ? error.message
          : String(error),
  },
]
