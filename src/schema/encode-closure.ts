import type { Writer } from '../protobuf/writer.js'
import { endMessage } from './bytes-of.js'
import { maxDepth, mismatch, tooDeep } from './mismatch.js'
import { pickMember } from './pick-member.js'
import { open, putString, putters, putUnsigned } from './put.js'
import { encodeSteps } from './steps.js'
import {
  isMessage,
  isPacked,
  isRecord,
  layoutOf,
  tagOf,
  takesUndefined,
  type Field,
  type RecordBody,
  type Type,
} from './type.js'
import { writeUnknown } from './unknown-value.js'
import { isInherited, isRecordValue, propertyOf } from './values.js'

/** Writes a message's fields. Throws {@link mismatch}. */
export type WriteFunction = (value: unknown, writer: Writer, depth: number) => void

/** Writes one value behind a tag; `tag` is zero inside a packed field. */
type WriteItem = (value: unknown, writer: Writer, tag: number, depth: number) => void

/** Writes a property, tags and all. */
type WriteSlot = (value: unknown, writer: Writer, depth: number) => void

/** Makes encoders of types without generating code. */
export class EncodeClosures {
  readonly #records = new Map<RecordBody, WriteFunction>()
  readonly #items = new Map<Type, WriteItem>()
  readonly #wraps = new Map<Type, WriteFunction>()

  /** The encoder of a value that is a message of its own. */
  topLevel(type: Type): WriteFunction {
    return isRecord(type) ? this.#message(type) : this.#wrap(type)
  }

  // the steps of a record, around its fields
  #message(type: Type & { readonly kind: 'record' | 'tuple' }): WriteFunction {
    const fields = this.#fields(type.body, type.kind)
    const { before, after } = encodeSteps(type.steps)
    if (before === undefined && after === undefined) return fields
    return (value, writer, depth) => {
      const plain = before === undefined ? value : before(value)
      fields(plain, writer, depth)
      after?.(plain)
    }
  }

  #fields(body: RecordBody, kind: 'record' | 'tuple'): WriteFunction {
    const known = this.#records.get(body)
    if (known !== undefined) return known
    let made: readonly ((value: unknown, writer: Writer, depth: number) => void)[] | undefined
    const isTuple = kind === 'tuple'
    const length = body.fields.length
    const write: WriteFunction = (value, writer, depth) => {
      if (depth > maxDepth) throw tooDeep
      if (isTuple ? !Array.isArray(value) || value.length !== length : !isRecordValue(value)) throw mismatch
      made ??= body.fields.map(field => this.#field(field))
      for (const writeField of made) writeField(value, writer, depth)
    }
    this.#records.set(body, write)
    return write
  }

  #field(field: Field): (value: unknown, writer: Writer, depth: number) => void {
    const { key, required } = field
    const slot = this.#slot(field.type, field.numbers, required)
    const undefinable = takesUndefined(field.type)
    const inherited = isInherited(key)
    if (required && !undefinable && !inherited)
      return (record, writer, depth) => slot((record as Record<string, unknown>)[key], writer, depth)
    return (record, writer, depth) => {
      const value = inherited ? propertyOf(record as object, key) : (record as Record<string, unknown>)[key]
      if (value === undefined) {
        const own = undefinable && Object.hasOwn(record as object, key)
        if (!own) {
          if (required) throw mismatch
          return
        }
      }
      slot(value, writer, depth)
    }
  }

  #slot(type: Type, numbers: readonly number[], required: boolean): WriteSlot {
    const at = (index: number): number => numbers[index] as number
    switch (layoutOf(type, required)) {
      case 'oneof':
        return this.#oneof(type as Extract<Type, { kind: 'union' }>, numbers)
      case 'repeated':
        return this.#repeated(type as Extract<Type, { kind: 'array' }>, at(0))
      case 'map':
        return this.#map(type as Extract<Type, { kind: 'dict' }>, at(0))
      case 'constant': {
        const literal = type.kind === 'enum' ? type.body.values[0]?.literal : undefined
        const { before, after } = encodeSteps(type.steps)
        return value => {
          const plain = before === undefined ? value : before(value)
          if (plain !== literal) throw mismatch
          after?.(plain)
        }
      }
      case 'single': {
        const item = this.#item(type)
        const tag = tagOf(at(0), type)
        return (value, writer, depth) => item(value, writer, tag, depth)
      }
    }
  }

  #oneof(type: Extract<Type, { kind: 'union' }>, numbers: readonly number[]): WriteSlot {
    const pick = pickMember(type)
    const members = type.body.members.map(
      (member, index) => [this.#item(member.type), tagOf(numbers[index] as number, member.type)] as const,
    )
    const { before, after } = encodeSteps(type.steps)
    return (value, writer, depth) => {
      const plain = before === undefined ? value : before(value)
      const member = members[pick(plain)]
      if (member === undefined) throw mismatch
      member[0](plain, writer, member[1], depth)
      after?.(plain)
    }
  }

  #repeated(type: Extract<Type, { kind: 'array' }>, number: number): WriteSlot {
    const { item: itemType } = type.body
    const item = this.#item(itemType)
    const packed = isPacked(itemType)
    const tag = packed ? ((number << 3) | 2) >>> 0 : tagOf(number, itemType)
    const { before, after } = encodeSteps(type.steps)
    return (value, writer, depth) => {
      const list = before === undefined ? value : before(value)
      if (!Array.isArray(list)) throw mismatch
      if (packed && list.length > 0) {
        const start = open(writer, tag)
        for (let i = 0; i < list.length; i += 1) item(list[i], writer, 0, depth)
        endMessage(writer, start)
      } else for (let i = 0; i < list.length; i += 1) item(list[i], writer, tag, depth)
      after?.(list)
    }
  }

  #map(type: Extract<Type, { kind: 'dict' }>, number: number): WriteSlot {
    const { value: valueType, holdsKey } = type.body
    const item = this.#item(valueType)
    const valueTag = tagOf(2, valueType)
    const tag = ((number << 3) | 2) >>> 0
    const { before, after } = encodeSteps(type.steps)
    return (value, writer, depth) => {
      const dict = before === undefined ? value : before(value)
      if (!isRecordValue(dict)) throw mismatch
      for (const key of Object.keys(dict)) {
        if (holdsKey !== undefined && !holdsKey(key)) continue
        const start = open(writer, tag)
        putString(writer, 10, key)
        item(dict[key], writer, valueTag, depth)
        endMessage(writer, start)
      }
      after?.(dict)
    }
  }

  #item(type: Type): WriteItem {
    const known = this.#items.get(type)
    if (known !== undefined) return known
    const made = this.#makeItem(type)
    this.#items.set(type, made)
    return made
  }

  #makeItem(type: Type): WriteItem {
    if (isMessage(type)) {
      // a message may hold itself: what it holds is made when it is first written
      let write: WriteFunction | undefined
      return (value, writer, tag, depth) => {
        write ??= type.kind === 'unknown' ? this.#unknown(type) : this.topLevel(type)
        const start = open(writer, tag)
        write(value, writer, depth + 1)
        endMessage(writer, start)
      }
    }
    const { before, after } = encodeSteps(type.steps)
    const put = this.#put(type)
    return (value, writer, tag) => {
      const plain = before === undefined ? value : before(value)
      put(plain, writer, tag)
      after?.(plain)
    }
  }

  #put(type: Type): (value: unknown, writer: Writer, tag: number) => void {
    if (type.kind === 'enum') {
      const numbers = new Map<unknown, number>(type.body.values.map(({ literal, number }) => [literal, number]))
      return (value, writer, tag) => {
        const number = numbers.get(value)
        if (number === undefined) throw mismatch
        putUnsigned(writer, tag, number)
      }
    }
    if (type.kind !== 'scalar') throw new Error('not a field by itself')
    const put = putters[type.scalar]
    return (value, writer, tag) => put(writer, tag, value)
  }

  // a message around what cannot be a field, or a message, by itself
  #wrap(type: Type): WriteFunction {
    const known = this.#wraps.get(type)
    if (known !== undefined) return known
    const numbers = wrapNumbers(type)
    let slot: WriteSlot | undefined
    const write: WriteFunction = (value, writer, depth) => {
      if (depth > maxDepth) throw tooDeep
      slot ??= this.#slot(type, numbers, true)
      slot(value, writer, depth)
    }
    this.#wraps.set(type, write)
    return write
  }

  #unknown(type: Type): WriteFunction {
    const { before, after } = encodeSteps(type.steps)
    return (value, writer, depth) => {
      const plain = before === undefined ? value : before(value)
      writeUnknown(plain, writer, depth)
      after?.(plain)
    }
  }
}

/** The field numbers of the message around a value. */
export const wrapNumbers = (type: Type): readonly number[] =>
  type.kind === 'union'
    ? type.body.members.map(member => member.number)
    : [type.kind === 'array' || type.kind === 'dict' ? type.body.number : 1]
