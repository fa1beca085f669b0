import { Observable } from 'rxjs'
import { PipeError } from '../../pipe/pipe-error.js'
import type { Transport } from '../../pipe/pipe.js'
import type { HeldPipe } from '../hold-pipe.js'
import { listenTo } from '../listen-to.js'
import type { MessagePortOptions, PortLike } from '../message-port.js'
import { defaultConnectWithin, greeted } from './greeted.js'
import { holdMortal } from './mortal-port.js'

/** A browser's dedicated `Worker`. */
export interface WorkerLike extends PortLike {
  terminate(): void
}

/** A worker's limits, and how bytes travel to it. */
export interface SpawnWorkerOptions extends Pick<MessagePortOptions, 'transfer' | 'closeWithin'> {
  /** How long the worker may take to come to `fromHost()`, in milliseconds. 10,000 unless told. */
  readonly connectWithin?: number
  /** How long it may go on once the pipe is over, before it is terminated, in milliseconds. 500 unless told. */
  readonly grace?: number
}

/**
 * Starts a worker and emits the pipe to it once it has come to `fromHost()`; a dialler, `'dialled'`.
 *
 * | what happens | what follows |
 * |---|---|
 * | subscription | the worker is made |
 * | its script cannot be loaded, or fails before `fromHost()` | fails with `PipeError`, `why: 'refused'` |
 * | it has not come within `connectWithin` | the same |
 * | it is terminated, or closes itself | fails with `'exited'`, where there are Web Locks |
 * | the pipe is over, or was unsubscribed from | it has `grace`, then it is terminated; only then this completes or fails |
 *
 * An error that the worker does not catch does not end it: browsers report it and go on.
 *
 * @param make - makes the worker, with each subscription: bundlers look for exactly this form
 *
 * @example
 * ```ts
 * spawnWorker(() => new Worker(new URL('./kitchen.js', import.meta.url), { type: 'module' }))
 *   .pipe(peer({ uses: Kitchen }))
 *   .subscribe(kitchen => kitchen.remote.howAreYou().subscribe(console.log))
 * ```
 */
export const spawnWorker = (make: () => WorkerLike, options: SpawnWorkerOptions = {}): Transport =>
  new Observable(subscriber => {
    const { connectWithin = defaultConnectWithin, grace = 500, ...facts } = options
    const worker = make()
    let held: HeldPipe | undefined
    let ending: ReturnType<typeof setTimeout> | undefined

    const terminateThen = (settle: () => void): void => {
      ending = setTimeout(() => {
        worker.terminate()
        settle()
      }, grace)
    }

    const met = (): void => {
      notStarted()
      held = holdMortal(worker, facts, { worker: true, own: true })
      held.over$.subscribe({
        error: (error: unknown) => terminateThen(() => subscriber.error(error)),
        complete: () => terminateThen(() => subscriber.complete()),
      })
      subscriber.next(held.pipe)
    }

    const notStarted = listenTo(worker, 'error', ({ message }: { readonly message?: string }) => {
      const hint = 'see that its script is there and that the Content-Security-Policy allows it (worker-src)'
      subscriber.error(new PipeError('refused', `the worker did not start (${message ?? 'not loaded'}): ${hint}`))
    })
    const greeting = greeted(worker, connectWithin, 'call fromHost() in the worker').subscribe({
      error: (error: unknown) => subscriber.error(error),
      complete: met,
    })
    return () => {
      notStarted()
      greeting.unsubscribe()
      if (held === undefined) worker.terminate()
      else if (ending === undefined) held.hangUp()
    }
  })
