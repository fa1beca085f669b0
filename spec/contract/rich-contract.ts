import * as t from 'io-ts'
import { contract } from '../../src/contract/contract.js'
import { channel, event, request, stream, upload } from '../../src/contract/method.js'
import { alias, pinned, withDefault } from '../../src/schema/field-options.js'
import {
  bytes,
  fixed32,
  fixed64,
  float,
  int32,
  int53,
  int64,
  sfixed32,
  sfixed64,
  sint32,
  sint64,
  uint32,
  uint64,
} from '../../src/schema/integers.js'

const Sure = t.brand(t.string, (s): s is t.Branded<string, { readonly Sure: symbol }> => s !== '', 'Sure')

interface Tree {
  readonly label: string
  readonly children: Tree[]
}
const Tree: t.Type<Tree> = t.recursion('Tree', () => t.type({ label: t.string, children: t.array(Tree) }))

/** Every scalar that protobuf has, and ours. */
export const Scalars = t.type(
  {
    string: t.string,
    bool: t.boolean,
    bytes,
    double: t.number,
    float,
    int32,
    uint32,
    sint32,
    fixed32,
    sfixed32,
    int64,
    uint64,
    sint64,
    fixed64,
    sfixed64,
    int53,
    bigint: t.bigint,
  },
  'Scalars',
)

/** Every way in which values lie in messages. */
export const Nested = t.intersection(
  [
    t.type({
      list: t.array(int32),
      names: t.array(t.string),
      grid: t.array(t.array(t.number)),
      counts: t.record(t.string, int53),
      groups: t.record(t.string, t.array(Sure)),
      pair: t.tuple([t.string, t.number]),
      mood: t.keyof({ good: null, bad: null, 'so-so': null }),
      nickname: t.union([t.string, t.null]),
      shape: t.union([
        t.type({ _tag: t.literal('Circle'), r: t.number }),
        t.type({ _tag: t.literal('Square'), side: t.number }),
      ]),
      mixed: t.array(t.union([t.string, t.number, t.null])),
      tree: Tree,
      'key-with-dash': t.boolean,
      any: t.unknown,
    }),
    t.partial({
      maybe: t.union([t.string, t.null, t.undefined]),
      flags: t.array(t.boolean),
      later: pinned(t.string, 100),
    }),
  ],
  'Nested',
)

/** A contract that uses whatever contracts can use. */
export const Rich = contract('spec.rich.Everything', {
  scalars: request(Scalars, Scalars),
  nested: request(Nested, Nested, { failure: t.type({ _tag: t.literal('Refused'), why: t.string }), idempotent: true }),
  ticks: stream(t.void, int64),
  weigh: upload(t.array(t.string), t.union([t.string, t.number])),
  'chat-room': channel(t.string, t.array(t.string)),
  log: event(t.type({ line: alias(withDefault(t.string, '-'), 'message', 'text') })),
})

/** A value of {@link Scalars}. */
export const scalars = {
  string: 'grüße 😀',
  bool: true,
  bytes: new Uint8Array([0, 255, 128]),
  double: -0.1,
  float: 1.5,
  int32: -7,
  uint32: 4_000_000_000,
  sint32: -300,
  fixed32: 3_000_000_000,
  sfixed32: -2,
  int64: -9_000_000_000_000_000_000n,
  uint64: 18_000_000_000_000_000_000n,
  sint64: -5n,
  fixed64: 17_000_000_000_000_000_000n,
  sfixed64: -6n,
  int53: 2 ** 53 - 1,
  bigint: -(2n ** 70n),
}

/** A value of {@link Nested}. */
export const nested = {
  list: [1, -1, 300],
  names: ['a', ''],
  grid: [[1], [], [2, 3]],
  counts: { a: 1, b: -2 },
  groups: { x: ['y'], z: [] },
  pair: ['p', 2],
  mood: 'so-so',
  nickname: null,
  shape: { _tag: 'Square', side: 2 },
  mixed: ['s', 1, null],
  tree: { label: 'root', children: [{ label: 'leaf', children: [] }] },
  'key-with-dash': false,
  any: { deep: [1, 'two', null, 3n] },
  maybe: null,
  flags: [true, false],
  later: 'pinned',
}
