import type { Fit } from './fit.js'
import type { Absent, Read, ReadCase, ReadLiteral, ReadMessage, ReadProp, ReadSlot } from './plan.js'
import { promotion, scalars } from './scalar.js'
import { absentOf, sourceOf, takeLiteral } from './take.js'
import {
  isMessage,
  isRecord,
  layoutOf,
  wireTypeOf,
  type Body,
  type Fallback,
  type Field,
  type Literal,
  type Member,
  type StepType,
  type Type,
} from './type.js'

/**
 * Makes the reading plan for a reader's type and a writer's.
 *
 * Both must fit, see {@link Fit}; plans of messages are shared, so recursion ends.
 */
export class Resolver {
  readonly #fit: Fit
  readonly #messages = new Map<unknown, Map<unknown, ReadMessage>>()

  constructor(fit: Fit) {
    this.#fit = fit
  }

  /** The plan for a value that is a message of its own: a record as itself, anything else wrapped. */
  topLevel(reader: Type, writer: Type): { readonly message: ReadMessage; readonly steps: readonly StepType[] } {
    if (isRecord(writer) || (isMessage(writer) && writer.kind !== 'unknown')) {
      const read = this.#element(reader, writer)
      if (read.op === 'message') return { message: read.message, steps: read.steps }
    }
    const slot = this.#slot(reader, writer, [1], { is: 'missing' }, true)
    return { message: { shape: 'value', slots: [slot] }, steps: [] }
  }

  // one value as it lies behind a tag
  #element(reader: Type, writer: Type, memberName?: string): Read {
    if (writer.kind === 'enum') return this.#enum(reader, writer)
    // a wrapped value brings its steps along, so they are run once
    const wrapped = writer.kind === 'array' || writer.kind === 'dict' || writer.kind === 'union'
    if (wrapped && this.#fit.fits(reader, writer))
      return { op: 'message', message: this.#wrapped(reader, writer), steps: [] }
    const chosen = wrapped ? undefined : this.#choose(reader, writer, memberName)
    if (chosen === undefined || wrapped) {
      const fallback = fallbackOf(reader)
      if (fallback === undefined) throw new Error('resolved what does not fit')
      return { op: 'fallback', fallback, wire: wireTypeOf(writer) }
    }
    const { target, steps } = chosen
    switch (writer.kind) {
      case 'scalar': {
        if (target.kind !== 'scalar') return { op: 'scalar', scalar: writer.scalar, convert: 'same', steps }
        const convert = promotion(target.scalar, writer.scalar) ?? 'same'
        return { op: 'scalar', scalar: writer.scalar, convert, steps }
      }
      case 'unknown':
        return { op: 'unknown', steps }
      case 'record':
      case 'tuple':
        return { op: 'message', message: this.#record(target, writer), steps }
    }
  }

  // a union in a union, which a refinement keeps from being laid flat, is read by the member that takes all of it, if there is
  // one: what it is made of are no members of the outer one
  #member(reader: Type, { type, name }: Member): Read {
    const whole = type.kind === 'union' && reader.kind === 'union' ? this.#fit.member(reader, type, name) : undefined
    if (whole === undefined || type.kind !== 'union') return this.#element(reader, type, name)
    return { op: 'message', message: this.#wrapped(whole, type), steps: reader.steps }
  }

  #enum(reader: Type, writer: Extract<Type, { readonly kind: 'enum' }>): Read {
    const values = new Map<number, ReadLiteral>()
    const fallback = fallbackOf(reader)
    for (const { number, literal } of writer.body.values) {
      const taken = takeLiteral(reader, literal)
      if (taken !== undefined) values.set(number, taken)
      else if (fallback !== undefined) values.set(number, { value: fallback.value as Literal, steps: [] })
    }
    return { op: 'enum', values, fallback }
  }

  #record(target: Type, writer: Extract<Type, { readonly kind: 'record' | 'tuple' }>): ReadMessage {
    const key = isRecord(target) ? target.body : 'unknown'
    return this.#memo(
      key,
      writer.body,
      () => {
        const shape = writer.kind
        return { shape, foreign: !isRecord(target), slots: [], props: [] }
      },
      message => {
        if (message.shape === 'value') return
        const slots: ReadSlot[] = []
        const props: ReadProp[] = []
        for (const field of isRecord(target) ? target.body.fields : genericFields(writer.body.fields)) {
          const source = sourceOf(field, writer.body.fields)
          if (source === undefined) {
            props.push({ key: field.key, slot: -1, absent: absentOf(field) })
            continue
          }
          const absent = source.implicit === true ? zeroOf(source.type) : absentOf(field)
          props.push({ key: field.key, slot: slots.length, absent })
          slots.push(this.#slot(field.type, source.type, source.numbers, absent, source.required))
        }
        message.slots = slots
        message.props = props
      },
    )
  }

  // a message around what cannot be a field by itself
  #wrapped(reader: Type, writer: Extract<Type, { readonly kind: 'array' | 'dict' | 'union' }>): ReadMessage {
    return this.#memo(
      reader,
      writer.body,
      () => ({ shape: 'value', slots: [] }),
      message => {
        const numbers =
          writer.kind === 'union' ? writer.body.members.map(member => member.number) : [writer.body.number]
        message.slots = [this.#slot(reader, writer, numbers, { is: 'missing' }, true)]
      },
    )
  }

  #memo(reader: unknown, writer: Body, make: () => ReadMessage, fill: (message: ReadMessage) => void): ReadMessage {
    const row = this.#messages.get(reader) ?? new Map<unknown, ReadMessage>()
    this.#messages.set(reader, row)
    const known = row.get(writer)
    if (known !== undefined) return known
    const message = make()
    row.set(writer, message)
    fill(message)
    return message
  }

  #slot(reader: Type, writer: Type, numbers: readonly number[], absent: Absent, required: boolean): ReadSlot {
    const layout = layoutOf(writer, required)
    const fallback = fallbackOf(reader)
    const missing: Absent =
      absent.is === 'missing' && fallback !== undefined ? { is: 'value', value: fallback.value, steps: [] } : absent
    const base = { steps: [], holdsKey: undefined }
    const at = (index: number): number => numbers[index] as number
    switch (layout) {
      case 'oneof': {
        const members = writer.kind === 'union' ? writer.body.members : []
        const cases = members.map((member, index) => caseOf(at(index), member.type, this.#member(reader, member)))
        return { ...base, layout: 'single', cases, absent: missing }
      }
      case 'repeated':
      case 'map': {
        const chosen = this.#choose(reader, writer)
        if (chosen === undefined || (writer.kind !== 'array' && writer.kind !== 'dict')) {
          const read: Read = { op: 'fallback', fallback: fallback as Fallback, wire: 2 }
          return { ...base, layout: 'single', cases: [{ number: at(0), wire: 2, read }], absent: missing }
        }
        const { target, steps } = chosen
        if (writer.kind === 'array') {
          const item = target.kind === 'array' ? target.body.item : anything
          const cases = [caseOf(at(0), writer.body.item, this.#element(item, writer.body.item))]
          return { layout: 'repeated', cases, steps, holdsKey: undefined, absent: missing }
        }
        const value = target.kind === 'dict' ? target.body.value : anything
        const holdsKey = target.kind === 'dict' ? target.body.holdsKey : undefined
        const cases = [caseOf(at(0), writer.body.value, this.#element(value, writer.body.value))]
        return { layout: 'map', cases, steps, holdsKey, absent: missing }
      }
      case 'constant': {
        const read = this.#element(reader, writer)
        const only = read.op === 'enum' ? [...read.values.values()][0] : undefined
        return {
          ...base,
          layout: 'constant',
          cases: [caseOf(at(0), writer, read)],
          absent: only === undefined ? missing : { is: 'value', value: only.value, steps: only.steps },
        }
      }
      case 'single':
        return {
          ...base,
          layout: 'single',
          cases: [caseOf(at(0), writer, this.#element(reader, writer))],
          absent: missing,
        }
    }
  }

  // which member of the reader's union takes what the writer wrote, and what is checked on the way
  #choose(
    reader: Type,
    writer: Type,
    memberName?: string,
  ): { readonly target: Type; readonly steps: readonly StepType[] } | undefined {
    if (reader.kind !== 'union')
      return this.#fit.fits(reader, writer) ? { target: reader, steps: reader.steps } : undefined
    const member = this.#fit.member(reader, writer, memberName)
    if (member === undefined) return undefined
    const inner = this.#choose(member, writer)
    return inner === undefined ? undefined : { target: inner.target, steps: [...inner.steps, ...reader.steps] }
  }
}

const anything: Type = { kind: 'unknown', steps: [] }

const caseOf = (number: number, type: Type, read: Read): ReadCase => ({ number, wire: wireTypeOf(type), read })

// a reader that takes anything takes every field
const genericFields = (fields: readonly Field[]): readonly Field[] =>
  fields.map(field => ({ ...field, type: anything }))

const fallbackOf = (type: Type): Fallback | undefined =>
  type.kind === 'union' || type.kind === 'enum' ? type.fallback : undefined

/** What an absent field without presence stands for. */
export const zeroOf = (type: Type): Absent => {
  if (type.kind === 'enum')
    return { is: 'value', value: type.body.values.find(v => v.number === 0)?.literal, steps: [] }
  if (type.kind !== 'scalar') return { is: 'omitted' }
  return { is: 'value', value: scalars[type.scalar].zero, steps: [] }
}
