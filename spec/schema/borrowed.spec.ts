import test from 'ava'
import * as io from 'io-ts'
import { Reader } from '../../src/protobuf/reader.js'
import { Writer } from '../../src/protobuf/writer.js'
import { CoderFactory } from '../../src/schema/coder.js'
import { Derivation } from '../../src/schema/derive.js'
import { bytes } from '../../src/schema/integers.js'
import type { InvalidValue } from '../../src/schema/invalid-value.js'
import { codegenAllowed } from '../../src/schema/source.js'

const ways = codegenAllowed() ? [true, false] : [false]

const shapes = (few: io.Type<Uint8Array>): readonly io.Any[] => [
  few,
  io.type({ name: io.string, few }),
  io.array(few),
  io.union([io.type({ few }), io.type({ text: io.string })]),
  io.type({ few: io.unknown, none: io.refinement(io.string, () => false, 'None') }),
]

/** A value of each shape. */
const valuesOf = (one: Uint8Array): readonly unknown[] => [
  one,
  { name: 'a', few: one },
  [one, one],
  { few: one },
  { few: one, none: '' },
]

/** Every run of bytes that can be reached from there. */
const bytesIn = (value: unknown, seen = new Set<unknown>()): Uint8Array[] => {
  if (value instanceof Uint8Array) return [value]
  if (typeof value !== 'object' || value === null || seen.has(value)) return []
  seen.add(value)
  return Object.values(value).flatMap(inner => bytesIn(inner, seen))
}

test('what is told of bytes that do not fit is nobody else’s, also where they were borrowed', t => {
  const one = new Uint8Array(1_000).fill(7)
  for (const codegen of ways)
    for (const memory of ['borrowed', 'lent'] as const) {
      let found = 0
      const theirs = shapes(bytes)
      shapes(io.refinement(bytes, ({ length }) => length < 10, 'Few')).forEach((codec, n) => {
        const writer = Writer.create()
        const sent = n === 4 ? io.type({ few: io.unknown, none: io.string }) : (theirs[n] as io.Any)
        new CoderFactory({ codegen }).coder(new Derivation().derive(sent)).encode(valuesOf(one)[n], writer)
        const read = writer.finish()
        const reader = Reader.create(read)
        reader.memory = memory
        const { decode } = new CoderFactory({ codegen }).coder(new Derivation().derive(codec))
        const error = t.throws<InvalidValue>(() => decode(reader) as never, { name: 'InvalidValue' })
        read.fill(0xff)
        const told = error?.errors.flatMap(({ value, context }) =>
          bytesIn([value, context.map(({ actual }) => actual)]),
        )
        found += told?.length ?? 0
        t.true(
          told?.every(bytes => bytes.every(byte => byte === 7)),
          `${memory}, shape ${n}`,
        )
      })
      t.true(found > 4, `${found} runs of bytes`)
    }
})

test('borrowed bytes are views of what was read, by either kind of decoder', t => {
  const one = new Uint8Array(10).fill(7)
  for (const codegen of ways)
    shapes(bytes)
      .slice(0, 4)
      .forEach((codec, n) => {
        const writer = Writer.create()
        const coder = new CoderFactory({ codegen }).coder(new Derivation().derive(codec))
        coder.encode(valuesOf(one)[n], writer)
        const read = writer.finish()
        for (const memory of ['borrowed', 'lent'] as const) {
          const reader = Reader.create(read)
          reader.memory = memory
          const all = bytesIn(coder.decode(reader))
          t.true(all.length > 0)
          t.is(reader.memory, memory)
          for (const { buffer } of all) t.is(buffer === read.buffer, memory === 'borrowed', `${memory}, shape ${n}`)
        }
      })
})
