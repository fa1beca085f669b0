import type { MessagePort } from 'node:worker_threads'
import { defer, Observable, tap, throwError } from 'rxjs'
import { checkOptions, oneOf, timerDuration, type Rules } from '../../error/check-options.js'
import { endingBy } from '../../pipe/lending.js'
import { PipeError } from '../../pipe/pipe-error.js'
import type { Pipe, Transport } from '../../pipe/pipe.js'
import { ConnectionKey } from '../connection-key.js'
import { emitHeld, holdPipe, type PipeFacts } from '../hold-pipe.js'
import { portCarrier, type PortLike } from '../message-port.js'
import { dialSocket } from './dial-socket.js'
import { parentDescriptors } from './parent-descriptors.js'
import { processPort, ready } from './process-port.js'
import { keyVariable } from './spawn-options.js'

/** What a child does without its parent. */
export interface FromParentOptions {
  /** `'exit'`, unless told: the process ends, whatever timers keep it, once its parent's half is over. `'stay'`: it goes on. */
  readonly orphan?: 'exit' | 'stay'
  /** How long it may take to end by itself before that, in milliseconds. 1,000 unless told. */
  readonly grace?: number
  /** The key, or its text, if it did not come by environment: with `spawn(..., { key: 'argument' })`, `process.argv.at(-1)`. */
  readonly key?: ConnectionKey | string
  /** How long connecting may take, in milliseconds. 10,000 unless told. */
  readonly connectWithin?: number
  /** After unsubscribing: how long the pipe may take to end in order, in milliseconds. 1,000 unless told. */
  readonly closeWithin?: number
}

const parentRules: Rules = {
  orphan: oneOf('exit', 'stay'),
  grace: timerDuration,
  connectWithin: timerDuration,
  closeWithin: timerDuration,
}

let taken: string | undefined

/** The port to whoever started this thread; `null` on the first one. Asked for here: few processes need threads on their heap. */
const parentPort = (): MessagePort | null => process.getBuiltinModule('node:worker_threads').parentPort

/** The key from the environment, which it leaves: children of this process are not children of that parent. */
const keyFromEnvironment = (): string | undefined => {
  const text = process.env.SLUICE_KEY
  if (text !== undefined) {
    delete process.env.SLUICE_KEY
    taken = text
  }
  if (taken !== undefined || parentPort() !== null) return taken // a worker of workerPipe() has no key
  throw new PipeError(
    'misused',
    `${keyVariable} is not set: start this program with spawn(), or hand a key to dial() or to fromParent({ key })`,
  )
}

/** Says `ready` once it listens, so that the parent says nothing that is not heard. */
const byPort = (port: PortLike, facts: PipeFacts): Transport =>
  new Observable(subscriber => {
    const held = holdPipe(portCarrier(port), facts)
    port.postMessage(ready)
    emitHeld(held, subscriber)
  })

/** The thread's own port; it stays open, since it may serve others. */
const ownPort = (port: MessagePort): PortLike => ({
  postMessage: (message, transfer) => port.postMessage(message, transfer as readonly ArrayBuffer[] | undefined),
  on: (type, listener) => port.on(type as 'message', listener),
  off: (type, listener) => port.off(type as 'message', listener),
})

const misused = (message: string): Transport => throwError(() => new PipeError('misused', message))

const reach = (key: ConnectionKey, { connectWithin = 10_000, closeWithin }: FromParentOptions): Transport => {
  const { scheme, path, secret } = key
  const facts: PipeFacts = { end: 'accepted', secret, closeWithin }
  const limits = { connectWithin, closeWithin }
  switch (scheme) {
    case 'unix':
      return dialSocket(key, { path }, limits, 'accepted')
    case 'npipe':
      return dialSocket(key, { path: `\\\\.\\pipe\\${path}` }, limits, 'accepted')
    case 'stdio':
      return new Observable(subscriber => emitHeld(holdPipe(parentDescriptors(path), facts), subscriber))
    case 'fork':
      return process.connected
        ? byPort(processPort(process), facts)
        : misused("there is no fork channel to the parent: start this program with spawn({ via: 'fork' })")
    case 'worker': {
      const port = parentPort()
      return port === null
        ? misused("this is no worker: start it with spawn({ via: 'worker' })")
        : byPort(ownPort(port), facts)
    }
    default:
      return misused(`a parent cannot be reached by ${scheme}: use dial() for this key`)
  }
}

/**
 * Ends the process some time after the parent's half is over, unless this end has hung up before.
 *
 * @param grace - in milliseconds
 */
const endingWithParent =
  (grace: number) =>
  (parent$: Transport): Transport =>
    new Observable(subscriber => {
      let hungUp = false
      const leave = (error?: unknown): void => {
        const misused = error instanceof PipeError && error.why === 'misused'
        // unref: a process that has nothing left to do ends sooner, and by itself
        if (!hungUp && !misused) setTimeout(() => process.exit(), grace).unref()
      }
      const watched = (pipe: Pipe): Pipe => ({
        ...pipe,
        incoming: endingBy(pipe.incoming, tap({ error: leave, complete: () => leave() })),
      })
      const subscription = parent$.subscribe({
        next: pipe => subscriber.next(watched(pipe)),
        error: (error: unknown) => {
          leave(error)
          subscriber.error(error)
        },
        complete: () => {
          leave()
          subscriber.complete()
        },
      })
      return () => {
        hungUp = true
        subscription.unsubscribe()
      }
    })

/**
 * The child's end of `spawn`, and a worker's end of `workerPipe`: emits the pipe to the parent, `'accepted'`.
 *
 * The key comes from `SLUICE_KEY`, which is taken out of `process.env` at the first subscription, so that this process's own
 * children do not inherit it.
 *
 * When the parent's half ends or the pipe breaks, and this end had not unsubscribed before, the process ends after `grace`
 * by `process.exit()`, even if timers or servers would keep it: so it does not outlive a parent that was killed. Bytes do
 * not tell a killed parent from one that ended its half only; one that does so and still wants answers starts a child
 * that says `{ orphan: 'stay' }`. Death is noticed where `incoming` is read.
 *
 * @throws InvalidOption
 * @returns fails with `PipeError`: `'misused'` without a key, `'refused'` when the parent is not there any more
 *
 * @example
 * ```ts
 * fromParent().subscribe(pipe => pipe.incoming.subscribe(pipe.outgoing))
 * ```
 */
export const fromParent = (options: FromParentOptions = {}): Transport => {
  checkOptions('fromParent', options, parentRules)
  return defer(() => {
    const key = options.key ?? keyFromEnvironment()
    const parent$ =
      key === undefined
        ? byPort(ownPort(parentPort()!), { end: 'accepted', closeWithin: options.closeWithin })
        : reach(typeof key === 'string' ? ConnectionKey.parse(key) : key, options)
    return options.orphan === 'stay' ? parent$ : parent$.pipe(endingWithParent(options.grace ?? 1_000))
  })
}
