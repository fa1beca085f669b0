import test from 'ava'
import { count, from, map, merge, mergeMap, range, toArray } from 'rxjs'
import { ownPlace, within } from '../helpers/processes.js'
import { sharedServer, valueOf } from './fixtures/start-program.js'

ownPlace(test)
const shared = sharedServer(test)

const many = 100_000
const inOrder = (items: readonly unknown[]) => items.findIndex((item, i) => item !== i)

test.serial('100,000 events of one caller reach the handler in the order in which they were sent', async t => {
  const { far } = await shared.converse(t)
  // in portions: so many at once would be told that they are too many
  for (let from = 0; from < many; from += 10_000)
    await within(valueOf(range(from, 10_000).pipe(mergeMap(i => far.remote.note(String(i))))), 'the events')
  await within(valueOf(far.flush()), 'the flush')
  const log = JSON.parse(await valueOf(far.remote.ask('log'))) as string[]
  t.is(log.length, many)
  t.is(
    log.findIndex((line, i) => line !== `note ${i}`),
    -1,
  )
})

test.serial('100,000 items of a stream arrive in the order in which they were made', async t => {
  const { far } = await shared.converse(t)
  const items = await within(valueOf(far.remote.count({ upTo: many, everyMs: 0 }).pipe(toArray())), 'the items')
  t.is(items.length, many)
  t.is(inOrder(items), -1)
})

test.serial('100,000 items of a channel go there and back in order', async t => {
  const { far } = await shared.converse(t)
  const lines = Array.from({ length: many }, (_, i) => String(i))
  const back = await within(valueOf(far.remote.chat(lines).pipe(toArray())), 'the lines')
  t.is(back.length, many)
  t.is(
    back.findIndex((line, i) => line !== `you said ${i}`),
    -1,
  )
})

test.serial('an upload of 100,000 items loses none', async t => {
  const { far } = await shared.converse(t)
  const ones = {
    *[Symbol.iterator]() {
      for (let i = 0; i < many; i += 1) yield 1
    },
  }
  t.is(await within(valueOf(far.remote.add(ones)), 'the sum'), many)
})

test.serial('requests are begun in the order in which they were made, whatever the order of their answers', async t => {
  const { far } = await shared.converse(t)
  const ms = [40, 5, 20, 1]
  const answers: string[] = []
  await valueOf(
    merge(...ms.map(n => far.remote.ask(`wait ${n}`).pipe(map(answer => void answers.push(answer))))).pipe(count()),
  )
  t.is(answers.length, 4)
  t.is(answers.at(-1), 'waited 40')
})

test.serial('what an Observable emits at once arrives in order, as far as its buffer holds it', async t => {
  const { far } = await shared.converse(t)
  const lines = Array.from({ length: 1_000 }, (_, i) => String(i))
  const back = await valueOf(far.remote.chat(from(lines)).pipe(toArray()))
  t.deepEqual(
    back,
    lines.map(line => `you said ${line}`),
  )
})
