import { asapScheduler, BehaviorSubject, Observable, Subject, type SchedulerLike, type Subscription } from 'rxjs'
import { PipeError } from '../pipe/pipe-error.js'
import type { Pipe, Transport } from '../pipe/pipe.js'

/** Bytes that may lie undelivered before `writable` turns false. */
const fullAt = 1024 * 1024

const sizeOf = (value: unknown): number => (value instanceof Uint8Array ? value.length : 1)

const reset = () => new PipeError('reset', 'the far end aborted the pipe: dial again')

/** One direction: what goes in comes out on a later turn of the scheduler, in order, end included. */
class Lane<T> {
  readonly writable = new BehaviorSubject(true)
  readonly outgoing = new Subject<T>()
  private readonly queue: T[] = []
  private queued = 0
  private end: { readonly error?: unknown } | undefined = undefined
  private reader: { next(value: T): void; error(error: unknown): void; complete(): void } | undefined = undefined
  private read = false
  private draining: Subscription | undefined = undefined

  constructor(private readonly scheduler: SchedulerLike) {
    this.outgoing.subscribe({
      next: value => {
        this.queue.push(value)
        this.queued += sizeOf(value)
        if (this.queued > fullAt && this.writable.value) this.writable.next(false)
        this.wake()
      },
      error: () => this.finish({ error: reset() }),
      complete: () => this.finish({}),
    })
  }

  readonly incoming = new Observable<T>(subscriber => {
    if (this.read) {
      subscriber.error(new PipeError('misused', 'a pipe has one reader: to watch it, put a layer in between'))
      return
    }
    this.read = true
    this.reader = subscriber
    this.wake()
    return () => {
      this.reader = undefined
      this.draining?.unsubscribe()
    }
  })

  /** Ends the lane after what is queued, unless it has ended. */
  finish(end: { readonly error?: unknown }): void {
    this.end ??= end
    this.wake()
  }

  private wake(): void {
    if (this.reader !== undefined) this.draining ??= this.scheduler.schedule(this.drain)
  }

  private readonly drain = (): void => {
    this.draining = undefined
    // what arrives while this batch is handed over waits for the next turn
    for (const value of this.queue.splice(0)) {
      this.queued -= sizeOf(value)
      this.reader?.next(value)
    }
    if (!this.writable.value && this.queued <= fullAt) this.writable.next(true)
    if (this.queue.length > 0) this.wake()
    else if (this.end !== undefined) {
      const reader = this.reader
      this.reader = undefined
      if ('error' in this.end) reader?.error(this.end.error)
      else reader?.complete()
    }
  }
}

/** Two ends of one pipe, and what becomes of it. */
export interface MemoryPair<T = Uint8Array> {
  readonly dialled: Pipe<T>
  readonly accepted: Pipe<T>
  /** How the dialler fares: completes once both halves have ended; fails with what aborted its own, or with a reset. */
  readonly ended$: Observable<never>
}

/**
 * A pipe within one program, for anything that may travel by reference: bytes, frames.
 *
 * Delivery is never re-entrant: what one end says reaches the other on the scheduler's next turn.
 *
 * @param scheduler - whose soonest turn delivers; virtual under `TestScheduler.run`
 */
export const memoryPair = <T = Uint8Array>(scheduler: SchedulerLike = asapScheduler): MemoryPair<T> => {
  const up = new Lane<T>(scheduler)
  const down = new Lane<T>(scheduler)
  const ended$ = new Subject<never>()
  let open = 2
  const half = (own: Lane<T>, other: Lane<T>, aborted: (error: unknown) => void) =>
    own.outgoing.subscribe({
      error: (error: unknown) => {
        other.finish({ error: new PipeError('aborted', 'this end aborted the pipe', { cause: error }) })
        aborted(error)
      },
      complete: () => {
        if (--open === 0) ended$.complete()
      },
    })
  half(up, down, error => ended$.error(error))
  // the dialler hears of it as its reader does, and behind it: why is the far end's own affair
  half(down, up, () => scheduler.schedule(() => ended$.error(reset())))
  return {
    dialled: { end: 'dialled', incoming: down.incoming, outgoing: up.outgoing, writable: up.writable, inProcess: true },
    accepted: {
      end: 'accepted',
      incoming: up.incoming,
      outgoing: down.outgoing,
      writable: down.writable,
      inProcess: true,
    },
    ended$,
  }
}

/** Both sides of a door within one program. */
export interface MemoryPipes {
  /** Opens a pipe with each subscription; waits until somebody accepts it. */
  readonly dial: Transport
  /** Emits a pipe for each that was dialled, those from before its subscription included. */
  readonly pipes$: Transport
}

/**
 * Pipes within one program: the transport for tests, and for two parts of one program that may be moved apart later.
 *
 * @param scheduler - whose soonest turn delivers; virtual under `TestScheduler.run`
 *
 * @example
 * ```ts
 * const { dial, pipes$ } = memoryPipes()
 * pipes$.pipe(peer({ serves: Kitchen })).subscribe(diner => serve(diner, handlers))
 * dial.pipe(peer({ uses: Kitchen })).subscribe(kitchen => kitchen.remote.howAreYou().subscribe(console.log))
 * ```
 */
export const memoryPipes = (scheduler: SchedulerLike = asapScheduler): MemoryPipes => {
  const waiting: Pipe[] = []
  const accepted$ = new Subject<Pipe>()
  return {
    dial: new Observable(subscriber => {
      const { dialled, accepted, ended$ } = memoryPair(scheduler)
      subscriber.add(
        ended$.subscribe({ error: (error: unknown) => subscriber.error(error), complete: () => subscriber.complete() }),
      )
      if (accepted$.observed) accepted$.next(accepted)
      else waiting.push(accepted)
      subscriber.next(dialled)
      return () => {
        const place = waiting.indexOf(accepted)
        if (place >= 0) waiting.splice(place, 1)
        dialled.outgoing.complete()
      }
    }),
    pipes$: new Observable(subscriber => {
      subscriber.add(accepted$.subscribe(subscriber))
      for (const pipe of waiting.splice(0)) subscriber.next(pipe)
    }),
  }
}
