import { EventEmitter } from 'node:events'
import test from 'ava'
import { portCarrier } from '../../../src/transport/message-port.js'
import { holdPipe } from '../../../src/transport/hold-pipe.js'
import { type ForkChannel, processPort } from '../../../src/transport/node/process-port.js'
import { record } from '../conformance/rig.js'

/** A channel that takes two messages at a time, and says when they have gone. */
const narrow = () => {
  const gone: Array<(error: Error | null) => void> = []
  const channel: ForkChannel = Object.assign(new EventEmitter(), {
    connected: true,
    send: (_message: unknown, callback: (error: Error | null) => void) => {
      gone.push(callback)
      return gone.length < 2
    },
    disconnect: () => undefined,
  })
  return { channel, gone }
}

test('is not writable while the channel is full, and is again when all has gone', t => {
  const { channel, gone } = narrow()
  const { pipe } = holdPipe(portCarrier(processPort(channel)), { end: 'dialled' })
  const fullness = record(pipe.writable)
  pipe.outgoing.next(Uint8Array.of(1))
  t.deepEqual(fullness.values, [true])
  pipe.outgoing.next(Uint8Array.of(2))
  t.deepEqual(fullness.values, [true, false])
  gone.shift()?.(null)
  t.deepEqual(fullness.values, [true, false])
  gone.shift()?.(null)
  t.deepEqual(fullness.values, [true, false, true])
})

test('tells that it has drained, also if a message found room in between', t => {
  const { channel, gone } = narrow()
  const port = processPort(channel)
  let drained = 0
  port.on?.('drain', () => (drained += 1))
  t.deepEqual(
    [1, 2, 3].map(n => port.postMessage(n)),
    [true, false, false],
  )
  const [first, second, third] = gone.splice(0)
  first?.(null)
  second?.(null)
  // by now the channel itself takes one more without complaint
  t.is(port.postMessage(4), false)
  third?.(null)
  t.is(drained, 0)
  gone.shift()?.(null)
  t.is(drained, 1)
})
