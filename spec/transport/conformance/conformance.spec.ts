import test from 'ava'
import { MessageChannel } from 'node:worker_threads'
import { defer, map, type Observable, of, Subject } from 'rxjs'
import type { Pipe } from '../../../src/pipe/pipe.js'
import { memoryPipes } from '../../../src/transport/memory-pipes.js'
import { messagePort } from '../../../src/transport/message-port.js'
import { bind } from '../../../src/transport/node/bind.js'
import type { BindOptions } from '../../../src/transport/node/listen.js'
import { dial } from '../../../src/transport/node/dial.js'
import { byteCases } from '../../../src/testing/conformance/byte-cases.js'
import type { ByteRig } from './rig.js'

const socket = (options: BindOptions): Observable<ByteRig> =>
  bind(options).pipe(map(({ key, pipes$ }) => ({ dial: dial(key), pipes$ })))

/** A new channel with each dial; the other port is accepted before anybody says a word. */
const channels = (): ByteRig => {
  const pipes$ = new Subject<Pipe>()
  return {
    dial: defer(() => {
      const { port1, port2 } = new MessageChannel()
      messagePort(port2, { end: 'accepted' }).subscribe({ next: pipe => pipes$.next(pipe), error: () => undefined })
      return messagePort(port1)
    }),
    pipes$,
  }
}

const transports: Readonly<Record<string, Observable<ByteRig>>> = {
  'memory pipe': of(null).pipe(map(() => memoryPipes())),
  'message port': of(null).pipe(map(channels)),
  'unix socket': socket({}),
  'loopback TCP': socket({ tcp: {} }),
  WebSocket: socket({ ws: {} }),
}

for (const [transport, rig$] of Object.entries(transports)) {
  for (const { name, run } of byteCases) {
    test(`${transport} ${name}`, async t => {
      await t.notThrowsAsync(run(rig$))
    })
  }
}
