import { fileURLToPath } from 'node:url'
import test from 'ava'
import { count, type Observable, take, tap, timer } from 'rxjs'
import { paced, peer, type Peer } from 'sluice'
import { spawn } from 'sluice/node'
import { hold, ownPlace, pause, type Teardown } from '../helpers/processes.js'
import { scriptArgs } from '../helpers/script-args.js'
import { Producer } from './fixtures/producer.js'
import { errorOf, valueOf } from './fixtures/start-program.js'

ownPlace(test)

const path = fileURLToPath(new URL('./fixtures/producer.ts', import.meta.url))

const producer = (t: Teardown): Promise<Peer<typeof Producer>> =>
  hold(t, spawn(process.execPath, { args: scriptArgs(path, 'child') }).pipe(peer({ uses: Producer })), 'the producer')

const million = 1_000_000

for (const items of [8, 1])
  test.serial(
    `with a window of ${items}, the far producer is never more than that and 3 ahead of work paced by 3`,
    async t => {
      const { remote } = await producer(t)
      const wanted = 40
      let done = 0
      let most = -Infinity
      let looks = 0
      const work = (): Observable<unknown> => timer(10).pipe(tap(() => (done += 1)))
      const watching = (async () => {
        while (done < wanted) {
          const made = await valueOf(remote.made())
          // what was done by now had been done when the far end counted, or later: so this never says too much
          most = Math.max(most, made - done)
          looks += 1
          await pause(3)
        }
      })()
      await valueOf(remote.pulled(million, { credit: { items } }).pipe(paced(work, 3), take(wanted)))
      await watching
      t.true(looks > 5, `${looks} looks`)
      t.true(most > 0 && most <= items + 3, `${most} ahead`)
    },
  )

test.serial('a million items of an iterable keep neither the stack nor the event loop', async t => {
  const { remote } = await producer(t)
  await valueOf(remote.pulled(20_000))
  await valueOf(remote.longestTurn())
  t.is(await valueOf(remote.pulled(million).pipe(count())), million)
  const longest = await valueOf(remote.longestTurn())
  t.true(longest > 0 && longest <= 50, `a turn of ${longest} ms`)
})

test.serial('the same items, pushed by from(array), overflow: the error tells what to do instead', async t => {
  const { remote } = await producer(t)
  const error = await errorOf(remote.pushed(million))
  t.is(error._tag, 'Overflow')
  t.regex(error.message, /1024 items .* return an iterable itself instead of from\(it\)/)
})
