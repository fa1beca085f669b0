import test from 'ava'
import { ReplaySubject, switchMap, take, tap } from 'rxjs'
import { memoryPipes } from 'sluice'
import { bind, dial, type Door } from 'sluice/node'
import { servePeerConformance, type PeerConformanceSubject } from 'sluice/testing'
import { runPeerCases } from './run-peer-cases.js'

const door$ = new ReplaySubject<Door>(1)
const listening = bind()
  .pipe(
    tap(door => door$.next(door)),
    switchMap(door => door.pipes$),
    servePeerConformance(),
  )
  .subscribe()

const overSocket: PeerConformanceSubject = {
  name: 'sluice over a socket',
  can: new Set(['secret', 'calls']),
  dial: door$.pipe(
    take(1),
    switchMap(({ key }) => dial(key)),
  ),
}

const pipes = memoryPipes()
const inMemory = pipes.pipes$.pipe(servePeerConformance()).subscribe()

test.after.always(() => {
  listening.unsubscribe()
  inMemory.unsubscribe()
})

runPeerCases(test, overSocket)
runPeerCases(test, { name: 'sluice without a secret', can: new Set(['calls']), dial: pipes.dial })
