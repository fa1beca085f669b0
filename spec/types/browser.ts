import { expectTypeOf } from 'expect-type'
import { MessageChannel } from 'node:worker_threads'
import { peer, type Transport } from 'sluice'
import {
  type Bridge,
  bridgedPipes,
  dial,
  dialBridge,
  frameWindow,
  fromHost,
  ipcBridge,
  mortalPort,
  parentWindow,
  sharedWorker,
  spawnWorker,
  tabs,
  type WorkerLike,
} from 'sluice/browser'
import { conformanceContract } from 'sluice/testing'

declare const worker: WorkerLike
declare const frame: { readonly contentWindow: null }
declare const bridge: Bridge

expectTypeOf(dial('ws://127.0.0.1:1/')).toEqualTypeOf<Transport>()
expectTypeOf(spawnWorker(() => worker, { transfer: true, grace: 0 })).toEqualTypeOf<Transport>()
expectTypeOf(fromHost()).toEqualTypeOf<Transport>()
expectTypeOf(tabs()).toEqualTypeOf<Transport>()
expectTypeOf(frameWindow(frame, { origin: 'https://app.example' })).toEqualTypeOf<Transport>()
expectTypeOf(parentWindow({ origin: 'https://app.example' })).toEqualTypeOf<Transport>()
expectTypeOf(mortalPort(new MessageChannel().port1, { end: 'accepted' })).toEqualTypeOf<Transport>()
expectTypeOf(dialBridge(bridge)).toEqualTypeOf<Transport>()
expectTypeOf(bridgedPipes(bridge)).toEqualTypeOf<Transport>()
expectTypeOf(ipcBridge).returns.toEqualTypeOf<Bridge>()
expectTypeOf(dial('').pipe(peer({ uses: conformanceContract }))).not.toBeAny()

// @ts-expect-error a frame is dialled by the origin of its page
frameWindow(frame, {})

// @ts-expect-error the page that embeds this one has to be named
parentWindow()

// @ts-expect-error a worker is made at the subscription, not before
spawnWorker(worker)

// @ts-expect-error what makes a shared worker gives one with a port
sharedWorker(() => worker)
