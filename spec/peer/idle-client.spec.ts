import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import test from 'ava'
import { lastValueFrom, mergeMap, Subscription } from 'rxjs'
import { memoryPipes, peer, serve, type NoContract, type Peer } from 'sluice'
import { Kitchen } from './kitchen.js'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** What both ends of an idle client may hold together, six methods served and one of them called, in bytes. */
const most = 48 * 1024

const heap = (): number => {
  for (let i = 0; i < 4; i++) collect()
  return process.memoryUsage().heapUsed
}

test.serial('an idle client holds little of a server that serves it with many methods', async t => {
  const { pipes$, dial } = memoryPipes()
  const all = new Subscription()
  all.add(
    pipes$
      .pipe(
        peer({ serves: Kitchen, handshakes: 1_000 }),
        mergeMap(client =>
          serve(client, {
            greet: name => `hello, ${name}`,
            bake: () => 'bread',
            ticks: count => Array.from({ length: count }, (_, n) => n),
            weigh: () => 1,
            chat: lines$ => lines$,
            shout: () => undefined,
          }),
        ),
      )
      .subscribe(),
  )
  const connect = async (count: number): Promise<void> => {
    for (let n = 0; n < count; n++) {
      const kitchen = await new Promise<Peer<typeof Kitchen, NoContract>>(resolve => {
        all.add(dial.pipe(peer({ uses: Kitchen })).subscribe(resolve))
      })
      await lastValueFrom(kitchen.remote.greet('Ann'))
    }
  }
  await connect(50)
  const before = heap()
  await connect(200)
  const held = (heap() - before) / 200
  all.unsubscribe()
  t.log(`${Math.round(held)} bytes`)
  t.true(held < most, `${Math.round(held)} bytes for a client, of at most ${most}`)
})
