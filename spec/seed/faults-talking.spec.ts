import test from 'ava'
import * as O from 'fp-ts/lib/Option.js'
import * as io from 'io-ts'
import { firstValueFrom, map, mergeMap, NEVER, range, timer, toArray } from 'rxjs'
import { contract, event, handleMessages, int32, messages, request, serve } from 'sluice'
import { allowed } from '../helpers/allowed.js'
import { errorOf, valueOf } from '../end-to-end/fixtures/start-program.js'
import { pause, within } from '../helpers/processes.js'
import { meet } from './meet.js'

const Ping = io.type({ _tag: io.literal('Ping'), n: int32 })
const Pong = io.type({ _tag: io.literal('Pong'), n: int32 })

test.serial(
  'a reply after its time-out was handed to the handler as a new request, and two handlers ping-ponged: it goes nowhere',
  async t => {
    const Talk = messages(Ping)
    const { a, b } = await meet(t, { serves: Talk, uses: Talk }, { serves: Talk, uses: Talk })
    let atA = 0
    let atB = 0
    const late = (count: () => void) => (ping: io.TypeOf<typeof Ping>) => {
      count()
      return timer(60).pipe(map(() => O.some({ ...ping, n: ping.n + 1 })))
    }
    handleMessages(
      a,
      late(() => (atA += 1)),
    ).subscribe()
    handleMessages(
      b,
      late(() => (atB += 1)),
    ).subscribe()
    const error = await errorOf(a.remote.send({ _tag: 'Ping', n: 0 }, { timeout: 20 }))
    t.is(error._tag, 'Timeout')
    await pause(250)
    t.deepEqual([atA, atB], [0, 1])
  },
)

test.serial(
  'two fields of one type that had changed places passed validation, and their values were swapped: fields go by name',
  async t => {
    const sandwich = (codec: io.Mixed) => contract('seed.Sandwich', { make: request(codec, codec) })
    const Ours = sandwich(io.type({ top: io.string, bottom: io.string }))
    const Theirs = sandwich(io.type({ bottom: io.string, top: io.string }))
    const { a, b } = await meet(t, { uses: Ours }, { serves: Theirs })
    const seen: unknown[] = []
    serve(b, {
      make: (order: unknown) => {
        seen.push(order)
        return order
      },
    }).subscribe()
    const order = { top: 'cheese', bottom: 'ham' }
    t.deepEqual(await valueOf(a.remote.make(order)), order)
    t.deepEqual(seen, [order])
  },
)

test.serial(
  'a mismatch that was found stopped nothing, and Ping(5) arrived as Pong(5): variants go by name',
  async t => {
    const { a, b } = await meet(
      t,
      { uses: messages(io.union([Ping, Pong])) },
      { serves: messages(io.union([Pong, Ping])) },
    )
    const seen: unknown[] = []
    handleMessages(b, message => {
      seen.push(message)
      return O.some(message)
    }).subscribe()
    t.deepEqual(await valueOf(a.remote.send({ _tag: 'Ping', n: 5 })), { _tag: 'Ping', n: 5 })
    t.deepEqual(seen, [{ _tag: 'Ping', n: 5 }])
  },
)

test.serial('a mismatch that was found stopped nothing: a mismatched method is not called at all', async t => {
  const Ours = contract('seed.Mixed', { bad: request(int32, int32), good: request(int32, int32) })
  const Theirs = contract('seed.Mixed', { bad: request(io.string, io.string), good: request(int32, int32) })
  const { a, b } = await meet(t, { uses: Ours }, { serves: Theirs })
  let called = 0
  serve(b, {
    bad: words => {
      called += 1
      return words
    },
    good: n => n,
  }).subscribe()
  const error = await errorOf(a.remote.bad(5))
  t.is(error._tag, 'SchemaMismatch')
  t.is(called, 0)
  t.is(await valueOf(a.remote.good(5)), 5)
})

const Even = io.refinement(int32, n => n % 2 === 0, 'Even')
const Careless = contract('seed.Even', { halve: request(int32, int32) })
const Careful = contract('seed.Even', { halve: request(Even, int32) })

test.serial(
  'a message that could not be decoded gave the caller a 5 s time-out, and over 20 closed the connection: the caller is told at once, as often as need be',
  async t => {
    const { a, b } = await meet(t, { uses: Careless, validation: 'off' }, { serves: Careful })
    let called = 0
    serve(b, {
      halve: n => {
        called += 1
        return n / 2
      },
    }).subscribe()
    const begun = Date.now()
    for (let n = 0; n < 30; n += 1) {
      const error = await errorOf(a.remote.halve(2 * n + 1))
      t.is(error._tag, 'InvalidPayload')
    }
    t.true(Date.now() - begun < allowed(2_000))
    t.is(called, 0)
    t.is(await valueOf(a.remote.halve(8)), 4)
  },
)

test.serial('there was no order: of 300,000 items a third to two thirds arrived out of it: here none does', async t => {
  const many = 300_000
  const Notes = contract('seed.Notes', { note: event(int32), done: request(io.void, io.void) })
  const { a, b } = await meet(t, { uses: Notes }, { serves: Notes })
  let heard = 0
  let outOfOrder = 0
  serve(b, {
    note: n => {
      if (n !== heard) outOfOrder += 1
      heard += 1
    },
    done: () => undefined,
  }).subscribe()
  for (let from = 0; from < many; from += 10_000)
    await within(valueOf(range(from, 10_000).pipe(mergeMap(n => a.remote.note(n)))), 'the notes')
  await valueOf(a.remote.done())
  t.deepEqual([heard, outOfOrder], [many, 0])
})

test.serial(
  'validation on one side only cost 5.5 s: it costs nothing, and the report says that nobody looked',
  async t => {
    const Kitchen = contract('seed.Kitchen', { echo: request(io.string, io.string) })
    for (const [ours, theirs] of [
      ['report', 'off'],
      ['off', 'report'],
    ] as const) {
      const begun = Date.now()
      const { a, b } = await meet(t, { uses: Kitchen, validation: ours }, { serves: Kitchen, validation: theirs })
      serve(b, { echo: words => words }).subscribe()
      t.is(await valueOf(a.remote.echo('quick')), 'quick')
      t.true(Date.now() - begun < allowed(1_000))
      const { methods } = await firstValueFrom((ours === 'off' ? a : b).schema$)
      t.deepEqual([...new Set(methods.map(({ verdict }) => verdict._tag))], ['Disabled'])
    }
  },
)

test.serial(
  'a handler that answered nothing, or panicked, left the caller waiting for 5.00 s: the caller is told at once',
  async t => {
    const Kitchen = contract('seed.Kitchen', {
      nothing: request(io.void, io.string),
      panics: request(io.void, io.string),
      letGo: request(io.void, io.string),
      nobody: request(io.void, io.string),
    })
    const { a, b } = await meet(t, { uses: Kitchen }, { serves: Kitchen })
    b.incoming.nothing.subscribe(call => call.reply(timer(1).pipe(mergeMap(() => []))))
    b.incoming.panics.subscribe(call => call.fail(new Error('no more bread')))
    const letting = b.incoming.letGo.subscribe(() => setTimeout(() => letting.unsubscribe(), 5))
    const begun = Date.now()
    const tags = await Promise.all(
      [a.remote.nothing(), a.remote.panics(), a.remote.letGo(), a.remote.nobody()].map(
        async call => (await errorOf(call))._tag,
      ),
    )
    t.deepEqual(tags, ['NoReply', 'Defect', 'NoReply', 'Unimplemented'])
    t.true(Date.now() - begun < allowed(1_000))
  },
)

test.serial('there was no one-way send: an event ends when it has left, and waits for no handler', async t => {
  const Notes = contract('seed.Notes', { note: event(io.string) })
  const { a, b } = await meet(t, { uses: Notes }, { serves: Notes })
  const heard: string[] = []
  serve(b, {
    note: text => {
      heard.push(text)
      return NEVER
    },
  }).subscribe()
  t.deepEqual(await within(valueOf(a.remote.note('on its way').pipe(toArray())), 'the event'), [])
  await valueOf(a.flush())
  t.deepEqual(heard, ['on its way'])
})
