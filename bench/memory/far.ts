import { from, mergeMap } from 'rxjs'
import { peer, serve, type AnyCall, type Remote } from 'sluice'
import { fromParent } from 'sluice/node'
import { Transfers } from './contract.js'
import { consume, type How, watchMemory } from './slow.js'

/** The child: produces, consumes or passes on, as it is asked to. */
const memory = watchMemory()
const chunk = () => new Uint8Array(65_536)
let produced = 0

function* times<T>(count: number, make: (n: number) => T): Iterable<T> {
  for (produced = 0; produced < count; produced++) yield make(produced)
}

const take = (call: AnyCall) => from(consume(call.requests$ as Remote<unknown>, call.metadata.how as How))

fromParent()
  .pipe(
    peer({ serves: Transfers }),
    mergeMap(parent =>
      serve(parent, {
        streamChunks: count => times(count, chunk),
        streamItems: count => times(count, n => n),
        uploadChunks: (_, call) => take(call),
        uploadItems: (_, call) => take(call),
        channelChunks: chunks$ => chunks$,
        channelItems: items$ => items$,
        memory: () => ({ now: memory.now(), most: memory.most() }),
        watch: () => ({ now: memory.begin(), most: memory.most() }),
        produced: () => produced,
      }),
    ),
  )
  .subscribe({ error: (error: unknown) => console.error(error) })
