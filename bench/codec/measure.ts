import * as t from 'io-ts'
import type * as coderModule from '../../src/schema/coder.js'
import type * as deriveModule from '../../src/schema/derive.js'
import type * as integersModule from '../../src/schema/integers.js'
import type * as contractModule from '../../src/contract/contract.js'
import type * as methodModule from '../../src/contract/method.js'
import type * as compileModule from '../../src/contract/compile-contract.js'
import type * as matchModule from '../../src/contract/match-contract.js'
import type * as readerModule from '../../src/protobuf/reader.js'
import type * as writerModule from '../../src/protobuf/writer.js'

/** One way of carrying the typical message: writes it, reads it back, gives what it read. */
type Way = (message: Message) => unknown

/** Costs in nanoseconds by name, one list entry per round. */
export type Costs = Readonly<Record<string, readonly number[]>>

interface Message {
  readonly id: number
  readonly name: string
  readonly comment: string
  readonly tags: readonly string[]
  readonly at: { readonly x: number; readonly y: number; readonly precise: boolean }
}

// single modules: what is shipped has them in one file
const source = <M>(path: string): Promise<M> =>
  import(new URL(`../../src/${path}.js`, import.meta.url).href) as Promise<M>

type Modules = [
  typeof coderModule,
  typeof deriveModule,
  typeof integersModule,
  typeof contractModule,
  typeof methodModule,
  typeof compileModule,
  typeof matchModule,
  typeof readerModule,
  typeof writerModule,
]

const [coders, derivation, integers, contracts, methods, compiling, matching, { Reader }, { Writer }] =
  (await Promise.all(
    [
      'schema/coder',
      'schema/derive',
      'schema/integers',
      'contract/contract',
      'contract/method',
      'contract/compile-contract',
      'contract/match-contract',
      'protobuf/reader',
      'protobuf/writer',
    ].map(path => source(path)),
  )) as Modules

const Typical = t.type({
  id: integers.int32,
  name: t.string,
  comment: t.string,
  tags: t.array(t.string),
  at: t.type({ x: t.number, y: t.number, precise: t.boolean }),
})

const messages: readonly Message[] = Array.from({ length: 64 }, (_, i) => ({
  id: i * 37,
  name: `order number ${i}`,
  comment: `please leave it at the door of flat ${i}, thank you`,
  tags: ['fresh', 'vegetarian', `table-${i}`],
  at: { x: 52.5 + i / 100, y: 13.4 - i / 100, precise: i % 2 === 0 },
}))

const way = (codegen: boolean): Way => {
  const { encode, decode } = new coders.CoderFactory({ codegen }).coder(new derivation.Derivation().derive(Typical))
  const writer = Writer.create()
  return message => {
    // as a connection does it: one write buffer, whose bytes are read as they come
    writer.pos = 0
    encode(message, writer)
    const reader = Reader.create(writer.buf)
    reader.len = writer.pos
    return decode(reader)
  }
}

const ways: Readonly<Record<string, Way>> = {
  'JSON, no validation': message => JSON.parse(JSON.stringify(message)) as unknown,
  'generated code': way(true),
  closures: way(false),
  'JSON and io-ts': message => {
    const decoded = Typical.decode(JSON.parse(JSON.stringify(Typical.encode(message as never))))
    if (decoded._tag === 'Left') throw new Error('refused')
    return decoded.right
  },
}

let sum = 0

const run = (one: Way, count: number): number => {
  const start = process.hrtime.bigint()
  for (let i = 0; i < count; i += 1) {
    // every result is looked at, or the engine may leave out the work
    const result = one(messages[i & 63] as Message) as Message
    sum += result.tags.length + result.at.x + result.name.length + result.comment.length + result.id
  }
  return Number(process.hrtime.bigint() - start) / count
}

const contractOf = (extra: boolean, name: string) =>
  contracts.contract(
    name,
    Object.fromEntries(
      Array.from({ length: 100 }, (_, i) => {
        const input = t.type({ a: t.string, b: integers.int32, [`field${i}`]: t.array(t.number) })
        const output = t.type({ id: t.string, ok: t.boolean, list: t.array(t.type({ x: t.number, y: t.string })) })
        const more = t.intersection([output, t.partial({ note: t.string })])
        return [`method${i}`, methods.request(input, extra ? more : output)]
      }),
    ),
  )

// what a session does once it has the far end's hello, and its descriptors where it needs them
const handshakes = (rounds: number): Costs => {
  const equal: number[] = []
  const differ: number[] = []
  const compile: number[] = []
  const cpu = (work: () => unknown): number => {
    const start = process.cpuUsage()
    work()
    const { user, system } = process.cpuUsage(start)
    return (user + system) * 1000
  }
  for (let i = 0; i < rounds; i += 1) {
    const made = [contractOf(false, 'bench.A'), contractOf(true, 'bench.A')] as const
    let ours = undefined as ReturnType<typeof compiling.compileContract> | undefined
    compile.push(cpu(() => (ours = compiling.compileContract(made[0]))))
    const theirs = compiling.compileContract(made[1])
    const same = compiling.compileContract(contractOf(false, 'bench.A'))
    if (ours === undefined) throw new Error('not compiled')
    const mine = ours
    equal.push(
      cpu(() => {
        if (!mine.fingerprint.every((byte, at) => byte === same.fingerprint[at])) throw new Error('not equal')
        return matching.identicalMatch(mine)
      }),
    )
    differ.push(cpu(() => matching.matchContract(mine, theirs.descriptors, 'caller')))
  }
  return { equal, differ, compile }
}

const [rounds = 9, durationMs = 200] = process.argv.slice(2).map(Number)
const names = Object.keys(ways)
for (let i = 0; i < 5; i += 1) for (const name of names) run(ways[name] as Way, 20_000)
const count = Math.max(1_000, Math.round((durationMs * 1e6) / run(ways['JSON, no validation'] as Way, 20_000)))
const costs: Record<string, number[]> = Object.fromEntries(names.map(name => [name, []]))
for (let round = 0; round < rounds; round += 1)
  for (const name of names) costs[name]?.push(run(ways[name] as Way, count))
if (sum === 0) throw new Error('nothing was read')
handshakes(15)
process.stdout.write(JSON.stringify({ ...costs, ...handshakes(rounds + 6) }))
