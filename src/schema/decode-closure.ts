import { Reader } from '../protobuf/reader.js'
import { getters } from './get.js'
import { maxDepth, mismatch, tooDeep } from './mismatch.js'
import type { Absent, Read, ReadCase, ReadMessage, ReadSlot } from './plan.js'
import type { Convert } from './scalar.js'
import { decodeSteps, type Run } from './steps.js'
import type { StepType } from './type.js'
import { readUnknown, setOwn } from './unknown-value.js'

/** Reads a message from `reader.pos` to `reader.len`. Throws {@link mismatch}, or what the reader throws. */
export type ReadFunction = (reader: Reader, depth: number) => unknown

/** What a decoder makes of steps and of what is missing. */
export interface Manner {
  readonly steps: (steps: readonly StepType[]) => Run | undefined
  readonly missing: () => unknown
}

/** Refuses whatever does not fit. */
export const strictly: Manner = {
  steps: decodeSteps,
  missing: () => {
    throw mismatch
  },
}

/** What a property is before it is read, and stays when it is not there. */
export const absentMark: unique symbol = Symbol('absent')

type Item = (reader: Reader, depth: number) => unknown

/** Makes decoders of plans without generating code; one of it per {@link Manner}, since messages refer to each other. */
export class DecodeClosures {
  readonly #made = new Map<ReadMessage, ReadFunction>()
  readonly #manner: Manner

  constructor(manner: Manner = strictly) {
    this.#manner = manner
  }

  /** The decoder of a message with the steps of what it holds. */
  topLevel(message: ReadMessage, steps: readonly StepType[]): ReadFunction {
    const read = this.#message(message)
    const run = this.#manner.steps(steps)
    return run === undefined ? read : (reader, depth) => run(read(reader, depth))
  }

  #message(plan: ReadMessage): ReadFunction {
    const known = this.#made.get(plan)
    if (known !== undefined) return known
    let read: ReadFunction | undefined
    // a message may hold itself: what it holds is made when it is first read
    const lazily: ReadFunction = (reader, depth) => {
      read ??= this.#make(plan)
      return read(reader, depth)
    }
    this.#made.set(plan, lazily)
    return lazily
  }

  #make(plan: ReadMessage): ReadFunction {
    const slots = plan.slots.map(slot => this.#slot(slot))
    const cases = new Map<number, { readonly slot: number; readonly take: Take }>()
    slots.forEach((slot, index) => {
      for (const [tag, take] of slot.takes) cases.set(tag, { slot: index, take })
    })
    const initial = slots.map(slot => slot.initial)
    const finish = this.#finish(plan, slots)
    return (reader, depth) => {
      if (depth > maxDepth) throw tooDeep
      const values: unknown[] = initial.map(make => make())
      while (reader.pos < reader.len) {
        const tag = reader.uint32()
        const found = cases.get(tag)
        if (found === undefined) reader.skipType(tag & 7, 0, tag >>> 3)
        else values[found.slot] = found.take(reader, depth, values[found.slot])
      }
      return finish(values)
    }
  }

  #finish(plan: ReadMessage, slots: readonly MadeSlot[]): (values: unknown[]) => unknown {
    if (plan.shape === 'value') {
      const [slot] = slots
      if (slot === undefined) throw new Error('a wrapping message has one slot')
      return values => unmark(slot.settle(values[0]))
    }
    const props = plan.props.map(prop => ({
      key: prop.key,
      slot: prop.slot,
      settle: prop.slot === -1 ? this.#absent(prop.absent) : (slots[prop.slot] as MadeSlot).settle,
    }))
    if (plan.shape === 'tuple') return values => props.map(prop => unmark(prop.settle(values[prop.slot])))
    return values => {
      const record: Record<string, unknown> = {}
      for (const { key, slot, settle } of props) {
        const value = settle(values[slot])
        if (value !== absentMark) setOwn(record, key, value)
      }
      return record
    }
  }

  #absent(absent: Absent): () => unknown {
    if (absent.is === 'omitted') return () => absentMark
    if (absent.is === 'missing') return this.#manner.missing
    const run = this.#manner.steps(absent.steps)
    return run === undefined ? () => absent.value : () => run(absent.value)
  }

  #slot(slot: ReadSlot): MadeSlot {
    const run = this.#manner.steps(slot.steps)
    const absent = this.#absent(slot.absent)
    switch (slot.layout) {
      case 'repeated': {
        const takes = slot.cases.flatMap(each => this.#repeated(each))
        return {
          takes,
          initial: () => [],
          settle: value => (run === undefined ? value : run(value)),
        }
      }
      case 'map': {
        const takes = slot.cases.map(each => this.#entry(each, slot.holdsKey))
        return {
          takes,
          initial: () => ({}),
          settle: value => (run === undefined ? value : run(value)),
        }
      }
      default: {
        const takes = slot.cases.flatMap(each => {
          const item = this.#item(each.read)
          const take: Take = (reader, depth) => item(reader, depth)
          return [[tagOf(each), take]] as const
        })
        return {
          takes,
          initial: () => absentMark,
          settle: value => (value === absentMark ? absent() : value),
        }
      }
    }
  }

  #repeated(each: ReadCase): readonly (readonly [number, Take])[] {
    const item = this.#item(each.read)
    const one: Take = (reader, depth, list) => {
      ;(list as unknown[]).push(item(reader, depth))
      return list
    }
    if (each.wire === 2) return [[tagOf(each), one]]
    const packed: Take = (reader, depth, list) => {
      const length = reader.uint32()
      const outer = reader.len
      if (length > outer - reader.pos) throw mismatch
      reader.len = reader.pos + length
      while (reader.pos < reader.len) (list as unknown[]).push(item(reader, depth))
      reader.len = outer
      return list
    }
    return [
      [tagOf(each), one],
      [((each.number << 3) | 2) >>> 0, packed],
    ]
  }

  #entry(each: ReadCase, holdsKey: ReadSlot['holdsKey']): readonly [number, Take] {
    const item = this.#item(each.read)
    const valueTag = 16 | each.wire
    const zero = this.#zero(each.read)
    const take: Take = (reader, depth, map) => {
      const length = reader.uint32()
      const outer = reader.len
      if (length > outer - reader.pos) throw mismatch
      reader.len = reader.pos + length
      let key = ''
      let value: unknown = absentMark
      while (reader.pos < reader.len) {
        const tag = reader.uint32()
        if (tag === 10) key = reader.string()
        else if (tag === valueTag) value = item(reader, depth)
        else reader.skipType(tag & 7, 0, tag >>> 3)
      }
      reader.len = outer
      if (holdsKey === undefined || holdsKey(key))
        setOwn(map as Record<string, unknown>, key, value === absentMark ? zero(depth) : value)
      return map
    }
    return [((each.number << 3) | 2) >>> 0, take]
  }

  // protobuf may leave out a map entry's value that is zero
  #zero(read: Read): (depth: number) => unknown {
    const item = this.#item(read)
    const empty = Reader.create(new Uint8Array(8))
    return depth => {
      empty.pos = 0
      empty.len = 8
      return item(empty, depth)
    }
  }

  #item(read: Read): Item {
    switch (read.op) {
      case 'scalar': {
        const raw = getters[read.scalar]
        const run = this.#manner.steps(read.steps)
        const convert = converters[read.convert]
        const plain: Item = convert === undefined ? raw : reader => convert(raw(reader))
        return run === undefined ? plain : (reader, depth) => run(plain(reader, depth))
      }
      case 'enum': {
        const values = new Map(
          [...read.values].map(([number, { value, steps }]) => [number, { value, run: this.#manner.steps(steps) }]),
        )
        const { fallback } = read
        return reader => {
          const known = values.get(reader.int32())
          if (known !== undefined) return known.run === undefined ? known.value : known.run(known.value)
          if (fallback !== undefined) return fallback.value
          return unmark(this.#manner.missing())
        }
      }
      case 'message': {
        const inner = this.#message(read.message)
        const run = this.#manner.steps(read.steps)
        return nested(run === undefined ? inner : (reader, depth) => run(inner(reader, depth)))
      }
      case 'unknown': {
        const run = this.#manner.steps(read.steps)
        return nested(run === undefined ? readUnknown : (reader, depth) => run(readUnknown(reader, depth)))
      }
      case 'fallback': {
        const { wire } = read
        const { value } = read.fallback
        return reader => {
          reader.skipType(wire, 0)
          return value
        }
      }
    }
  }
}

type Take = (reader: Reader, depth: number, before: unknown) => unknown

interface MadeSlot {
  readonly takes: readonly (readonly [number, Take])[]
  readonly initial: () => unknown
  readonly settle: (value: unknown) => unknown
}

const tagOf = (each: ReadCase): number => ((each.number << 3) | each.wire) >>> 0

const unmark = (value: unknown): unknown => (value === absentMark ? undefined : value)

const nested =
  (read: ReadFunction): Item =>
  (reader, depth) => {
    const length = reader.uint32()
    const outer = reader.len
    if (length > outer - reader.pos) throw mismatch
    reader.len = reader.pos + length
    const value = read(reader, depth + 1)
    reader.len = outer
    return value
  }

const utf8 = new TextEncoder()

/** {@link Convert} as functions */
export const converters: Readonly<Record<Convert, ((value: unknown) => unknown) | undefined>> = {
  same: undefined,
  toBigint: value => BigInt(value as number),
  toBytes: value => utf8.encode(value as string),
}
