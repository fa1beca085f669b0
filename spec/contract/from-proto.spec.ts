import test from 'ava'
import * as E from 'fp-ts/lib/Either.js'
import type * as io from 'io-ts'
import protobuf from 'protobufjs'
import { compareContracts } from '../../src/contract/compare-contracts.js'
import { compileContract } from '../../src/contract/compile-contract.js'
import { describe } from '../../src/contract/describe.js'
import { fromProto } from '../../src/contract/from-proto.js'
import { toProto } from '../../src/contract/to-proto.js'
import { toTypeScript } from '../../src/contract/to-type-script.js'
import { Reader } from '../../src/protobuf/reader.js'
import { Writer } from '../../src/protobuf/writer.js'
import { complaintsAbout } from '../helpers/complaints.js'
import { nested, Rich, scalars } from './rich-contract.js'

const plain = `
syntax = "proto3";
package demo.shop;

import "google/protobuf/timestamp.proto";
import "google/protobuf/empty.proto";

// what anybody would write by hand
message Order {
  enum Size { SMALL = 0; LARGE = 1; }
  message Line { string article = 1; uint32 pieces = 2; }
  string id = 1;
  optional string note = 2;
  repeated Line lines = 3;
  map<string, int64> prices = 4;
  Size size = 5;
  google.protobuf.Timestamp at = 6;
  oneof payment { string card = 7; bool cash = 8; }
  Order replaces = 20;
}

service Shop {
  rpc Place(Order) returns (Order);
  rpc Watch(google.protobuf.Empty) returns (stream Order);
  rpc Fill(stream Order.Line) returns (Order) { option idempotency_level = IDEMPOTENT; }
}
`

const order = {
  id: 'o-1',
  lines: [{ article: 'bread', pieces: 2 }],
  prices: { bread: 250n },
  size: 'LARGE',
  at: { seconds: 1n, nanos: 0 },
  card: '4711',
  replaces: { id: 'o-0', lines: [], prices: {}, size: 'SMALL' },
}

const codecIn = (codecs: ReadonlyMap<string, io.Mixed>, name: string): io.Mixed => {
  const codec = codecs.get(name)
  if (codec === undefined) throw new Error(`no ${name}`)
  return codec
}

test('codecs come out of proto3 text as anybody writes it', t => {
  const { codecs } = fromProto(plain)
  const Order = codecIn(codecs, 'demo.shop.Order')
  t.true(Order.is(order))
  t.false(Order.is({ ...order, size: 'HUGE' }))
  t.deepEqual(Order.decode({ replaces: {} }), E.left((Order.decode({ replaces: {} }) as E.Left<unknown>).left))
  t.true(codecs.has('demo.shop.Order.Line'))
})

test('a property without presence is filled in with its zero', t => {
  const { codecs } = fromProto('syntax = "proto3"; message A { string a = 1; int32 b = 2; optional bool c = 3; }')
  t.deepEqual(codecIn(codecs, 'A').decode({}), E.right({ a: '', b: 0 }))
})

test('contracts come out of services, and carry values under the numbers of the text', t => {
  const { contracts } = fromProto(plain)
  const shop = contracts.get('demo.shop.Shop')
  if (shop === undefined) return t.fail()
  t.deepEqual(
    Object.entries(shop.methods).map(([name, { kind, options }]) => [name, kind, options]),
    [
      ['place', 'request', {}],
      ['watch', 'stream', {}],
      ['fill', 'upload', { idempotent: true }],
    ],
  )
  const place = compileContract(shop).methods[0]
  const writer = Writer.create()
  place?.input.encode(order, writer)
  const bytes = writer.finish()
  t.deepEqual(place?.input.decode(Reader.create(bytes)), order)
  // what protobuf's own way of reading the text makes of it
  const { root } = protobuf.parse(plain, { keepCase: true })
  for (const name of ['timestamp', 'empty'])
    root.addJSON(protobuf.common.get(`google/protobuf/${name}.proto`)?.nested ?? {})
  const theirs = root.lookupType('demo.shop.Order')
  const seen = theirs.toObject(theirs.decode(bytes), { longs: String, enums: String })
  t.like(seen, { id: 'o-1', size: 'LARGE', card: '4711', prices: { bread: '250' }, replaces: { id: 'o-0' } })
})

test('a contract that is printed and read again is the same contract', t => {
  for (const source of [toProto(Rich), describe(Rich)]) {
    const again = fromProto(source).contracts.get('spec.rich.Everything')
    if (again === undefined) return t.fail()
    const { compatible, report } = compareContracts(Rich, again)
    t.true(compatible, report)
    const [ours, theirs] = [compileContract(Rich), compileContract(again)]
    for (const [at, value] of [scalars, nested].entries()) {
      const [one, other] = [Writer.create(), Writer.create()]
      ours.methods[at]?.input.encode(value, one)
      theirs.methods[at]?.input.encode(value, other)
      t.deepEqual(theirs.methods[at]?.input.decode(Reader.create(other.finish())), value)
    }
  }
})

test('an import that is given among the files is read; one that is nowhere is refused', t => {
  const text = 'syntax = "proto3"; import "other.proto"; message A { other.B b = 1; }'
  t.throws(() => fromProto(text), { name: 'ProtoError', message: /imports other\.proto, which is not at hand/ })
  const files = { 'other.proto': 'syntax = "proto3"; package other; message B { string c = 1; }' }
  t.true(codecIn(fromProto(text, files).codecs, 'A').is({ b: { c: 'x' } }))
})

test('text that is no proto3, or says what no codec says, is refused in words', t => {
  t.throws(() => fromProto('message {'), { name: 'ProtoError', message: /cannot be parsed/ })
  t.throws(() => fromProto('syntax = "proto3"; message A { B b = 1; }'), { name: 'ProtoError' })
  t.throws(() => fromProto('syntax = "proto3"; message A { map<int32, string> m = 1; }'), {
    name: 'ProtoError',
    message: /keys that are no strings/,
  })
})

test('the TypeScript that is printed from a text compiles, with its types', t => {
  const use = `
const order: Order = { id: 'a', lines: [{ article: 'b', pieces: 1 }], prices: { c: 1n }, size: 'LARGE' }
// @ts-expect-error a size that is none
const bad: Order['size'] = 'HUGE'
void [order, bad, Shop.methods.place]
`
  t.deepEqual(complaintsAbout(toTypeScript(plain) + use), [])
})

test('the TypeScript that is printed from a rich contract compiles', t => {
  t.deepEqual(complaintsAbout(toTypeScript(toProto(Rich))), [])
})
