import { Readable } from 'node:stream'
import test from 'ava'
import * as io from 'io-ts'
import { concat, finalize, interval, mergeMap, NEVER, of, Subject, take, toArray } from 'rxjs'
import { channel, contract, event, int32, peer, request, serve, stream, upload } from 'sluice'
import { bind, dial } from 'sluice/node'
import { hold, ownPlace, pause, until, within } from '../helpers/processes.js'
import { errorOf, sharedServer, valueOf } from './fixtures/start-program.js'

ownPlace(test)
const shared = sharedServer(test)

const Sources = contract('spec.Sources', {
  one: request(io.string, io.string),
  many: stream(io.string, int32),
  sum: upload(int32, int32),
  twice: channel(int32, int32),
  done: event(io.void),
})

/** What was let go of. */
const closed: string[] = []

const readable = () => {
  const source = Readable.from(
    (function* () {
      for (let i = 0; ; i += 1) yield i
    })(),
  )
  source.once('close', () => closed.push('Readable'))
  return source
}

const readableStream = () => {
  let i = 0
  return new ReadableStream<number>({
    pull: controller => controller.enqueue(i++),
    cancel: () => void closed.push('ReadableStream'),
  })
}

async function* endless(name: string) {
  try {
    for (let i = 0; ; i += 1) {
      await pause(0)
      yield i
    }
  } finally {
    closed.push(name)
  }
}

function* endlessNow(name: string) {
  try {
    for (let i = 0; ; i += 1) yield i
  } finally {
    closed.push(name)
  }
}

const kinds = {
  Readable: readable,
  ReadableStream: readableStream,
  AsyncIterable: () => endless('AsyncIterable'),
  Iterable: () => endlessNow('Iterable'),
  Observable: () => interval(1).pipe(finalize(() => closed.push('Observable'))),
} as const
type Kind = keyof typeof kinds
const names = Object.keys(kinds) as Kind[]
const article = (name: string) => (/^[AEIOU]/.test(name) ? 'an' : 'a')

test.beforeEach(() => void closed.splice(0))

/** A server in this process, so that the closing of its producers can be seen; the bytes take the socket all the same. */
const talk = async (t: Parameters<typeof hold>[0]) => {
  const door = await hold(
    t,
    bind().pipe(
      mergeMap(door =>
        concat(
          of(door.key),
          door.pipes$.pipe(
            peer({ serves: Sources }),
            mergeMap(client =>
              serve(client, {
                one: async name => {
                  await pause(5)
                  if (name === 'refuse') throw new RangeError('not today')
                  return `promised ${name}`
                },
                many: name => (name === 'promise' ? Promise.resolve(42) : (kinds[name as Kind]() as never)),
                sum: items$ =>
                  items$.pipe(
                    take(10),
                    toArray(),
                    mergeMap(items => of(items.length)),
                  ),
                async *twice(items$) {
                  try {
                    for await (const n of items$) yield n * 2
                  } finally {
                    closed.push('loop')
                  }
                },
                done: () => undefined,
              }),
            ),
          ),
        ),
      ),
    ),
  )
  return hold(t, dial(door as never).pipe(peer({ uses: Sources })))
}

test.serial('a handler may answer with a Promise; one that is rejected is a Defect', async t => {
  const { remote } = await talk(t)
  t.is(await valueOf(remote.one('bread')), 'promised bread')
  const error = await errorOf(remote.one('refuse'))
  t.deepEqual(error.defect, { name: 'RangeError', message: 'not today' })
  t.deepEqual(await valueOf(remote.many('promise').pipe(toArray())), [42])
})

for (const name of names) {
  test.serial(
    `${article(name)} ${name} as an answer is read as it is asked for, and closed when the caller has enough`,
    async t => {
      const { remote } = await talk(t)
      t.deepEqual(
        await within(valueOf(remote.many(name).pipe(take(1_000), toArray())), 'the items'),
        Array.from({ length: 1_000 }, (_, i) => i),
      )
      await until(() => (closed.includes(name) ? true : undefined), 'the closing')
      t.deepEqual(closed, [name])
    },
  )

  test.serial(`${article(name)} ${name} as an input is closed when the far end has enough`, async t => {
    const { remote } = await talk(t)
    t.is(await within(valueOf(remote.sum(kinds[name]())), 'the sum'), 10)
    await until(() => (closed.includes(name) ? true : undefined), 'the closing')
    t.deepEqual(closed, [name])
  })

  test.serial(`${article(name)} ${name} as an input is closed when the call is cancelled`, async t => {
    const { remote } = await talk(t)
    const doubled = await within(valueOf(remote.twice(kinds[name]()).pipe(take(5), toArray())), 'the items')
    t.deepEqual(doubled, [0, 2, 4, 6, 8])
    await until(() => (closed.includes(name) && closed.includes('loop') ? true : undefined), 'the closing')
    t.deepEqual([...closed].sort(), [name, 'loop'].sort())
  })
}

test.serial('a call is iterated with for await, an item at a time; leaving the loop cancels it', async t => {
  const { remote } = await talk(t)
  const got: number[] = []
  for await (const n of remote.many('Iterable')) {
    got.push(n)
    if (got.length === 300) break
  }
  t.deepEqual(
    got,
    Array.from({ length: 300 }, (_, i) => i),
  )
  await until(() => (closed.includes('Iterable') ? true : undefined), 'the closing')
})

test.serial('a Promise as an input is sent once it is there', async t => {
  const { far } = await shared.converse(t)
  t.is(await valueOf(far.remote.add(pause(20).then(() => 7))), 7)
})

test.serial('a Readable as an input is sent to another process', async t => {
  const { far } = await shared.converse(t)
  t.is(await valueOf(far.remote.add(Readable.from([1, 2, 3]) as AsyncIterable<number>)), 6)
})

test.serial('a subject as an input is sent while it lives, and let go of at the end of the call', async t => {
  const { far } = await shared.converse(t)
  const lines = new Subject<string>()
  const heard: string[] = []
  const call = far.remote.chat(lines).subscribe(line => heard.push(line))
  lines.next('one')
  lines.next('two')
  await until(() => (heard.length === 2 ? true : undefined), 'the lines')
  t.deepEqual(heard, ['you said one', 'you said two'])
  call.unsubscribe()
  t.false(lines.observed)
  await shared.server.line(/^server: channel over$/)
})

test.serial('an input that never ends does not keep its call from being answered', async t => {
  const { remote } = await talk(t)
  t.is(await valueOf(remote.sum(concat(of(...Array.from({ length: 10 }, (_, i) => i)), NEVER))), 10)
})
