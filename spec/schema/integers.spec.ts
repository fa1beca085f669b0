import test from 'ava'
import type * as io from 'io-ts'
import { Reader } from '../../src/protobuf/reader.js'
import { Writer } from '../../src/protobuf/writer.js'
import { CoderFactory } from '../../src/schema/coder.js'
import { Derivation } from '../../src/schema/derive.js'
import * as integers from '../../src/schema/integers.js'
import { codegenAllowed } from '../../src/schema/source.js'

const [i32, u32] = [
  [-(2 ** 31), 2 ** 31 - 1],
  [0, 2 ** 32 - 1],
] as const
const [i64, u64] = [
  [-(2n ** 63n), 2n ** 63n - 1n],
  [0n, 2n ** 64n - 1n],
] as const

const ranges: Readonly<Record<string, readonly [number, number] | readonly [bigint, bigint]>> = {
  int32: i32,
  sint32: i32,
  sfixed32: i32,
  uint32: u32,
  fixed32: u32,
  int53: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  int64: i64,
  sint64: i64,
  sfixed64: i64,
  uint64: u64,
  fixed64: u64,
}

const codecs: ReadonlyMap<string, io.Any> = new Map(Object.entries(integers))

for (const [name, range] of Object.entries(ranges))
  for (const codegen of codegenAllowed() ? [true, false] : [false])
    test(`${name}, ${codegen ? 'generated code' : 'closures'}: both ends of its range pass, and what is past them is refused`, t => {
      const codec = codecs.get(name) as io.Any
      const coder = new CoderFactory({ codegen }).coder(new Derivation().derive(codec))
      const send = (value: unknown): unknown => {
        const writer = Writer.create()
        coder.encode(value, writer)
        return coder.decode(Reader.create(writer.finish()))
      }
      const [least, most] = range
      for (const value of [least, most]) {
        t.true(codec.is(value))
        t.is(send(value), value)
      }
      const past = typeof least === 'bigint' ? [least - 1n, BigInt(most) + 1n] : [least - 1, Number(most) + 1, 0.5, NaN]
      for (const value of past) {
        t.false(codec.is(value), String(value))
        t.throws(() => send(value), undefined, String(value))
      }
    })
