import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import test from 'ava'
import * as io from 'io-ts'
import { Reader } from '../../src/protobuf/reader.js'
import { Writer } from '../../src/protobuf/writer.js'
import { CoderFactory } from '../../src/schema/coder.js'
import { Derivation } from '../../src/schema/derive.js'
import { int32 } from '../../src/schema/integers.js'
import { codegenAllowed } from '../../src/schema/source.js'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** What a value costs at most for a byte of its message. An empty object in an array is two bytes on the wire. */
const perByte = 100

/** What lives on the heap once `make` has run and its garbage is gone, in bytes. */
const cost = (make: () => unknown): number => {
  collect()
  const before = process.memoryUsage().heapUsed
  const made = make()
  collect()
  const after = process.memoryUsage().heapUsed
  // kept alive up to here
  return made === undefined ? 0 : after - before
}

const many = 300_000

/** Values that are as much as they can be in as few bytes. */
const dense: Readonly<Record<string, readonly [io.Any, unknown]>> = {
  'empty objects': [io.array(io.partial({ a: io.string })), Array.from({ length: many }, () => ({}))],
  'empty texts': [io.array(io.string), Array.from({ length: many }, () => '')],
  'empty lists': [io.array(io.array(int32)), Array.from({ length: many }, () => [])],
  'packed numbers': [io.array(int32), Array.from({ length: many }, () => 0)],
  'table entries': [
    io.record(io.string, int32),
    Object.fromEntries(Array.from({ length: many / 4 }, (_, i) => [i.toString(36), 0])),
  ],
  'unknown values': [io.unknown, Array.from({ length: many }, () => [])],
}

for (const codegen of codegenAllowed() ? [true, false] : [false])
  for (const [what, [codec, value]] of Object.entries(dense))
    test.serial(
      `${codegen ? 'generated code' : 'closures'}: ${what} cost no more than ${perByte} bytes for each of the message`,
      t => {
        const { decode, encode } = new CoderFactory({ codegen }).coder(new Derivation().derive(codec))
        const writer = Writer.create()
        encode(value, writer)
        const bytes = writer.finish()
        const spent = cost(() => decode(Reader.create(bytes)))
        t.true(spent > 100_000, 'it was kept while it was measured')
        t.true(spent < bytes.length * perByte, `${spent} bytes for ${bytes.length}`)
        t.log(`${(spent / bytes.length).toFixed(1)} bytes a byte`)
      },
    )

test.serial('a length that claims more than there is costs nothing', t => {
  const claims = Writer.create().uint32(10).uint32(0x7fff_ffff).finish()
  for (const codec of [io.string, io.array(int32), io.array(io.string)]) {
    const { decode } = new CoderFactory({}).coder(new Derivation().derive(codec))
    const spent = cost(() => t.throws(() => decode(Reader.create(Uint8Array.from(claims)))))
    t.true(spent < 1_000_000, `${spent} bytes`)
  }
})
