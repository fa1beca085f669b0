import type { Observable, Subject } from 'rxjs'

/**
 * A two-way pipe: a pair of Observables.
 *
 * - `incoming` reads from its first subscription, has one reader, and loses nothing before it. It completes at the
 *   platform's end-of-file and fails with {@link PipeError} when the platform says that the pipe broke. Whether an end
 *   was clean is for the session to say: a killed process looks like a plain end to a socket.
 * - `outgoing` is written with `next`, in order. `complete()` ends our half once all is written; `error(e)` aborts the
 *   pipe, and its dialler then fails with `e`. What was given to `next` belongs to the pipe: do not change it afterwards.
 * - `writable` replays its latest value: `false` while the platform's buffer is full. It asks for patience; what is
 *   written all the same is queued, not lost.
 * - Delivery is never re-entrant: nothing arrives on `incoming` inside a call of the far end's, or this end's, `next`.
 *
 * @typeParam In - what the far end says
 * @typeParam Out - what this end says
 */
export interface Pipe<In = Uint8Array, Out = In> {
  /** Which end of it we are: the one that called, or the one that was called. */
  readonly end: 'dialled' | 'accepted'
  /** What the far end says. */
  readonly incoming: Observable<In>
  /** What this end says: the writer calls `next`, the transport and any tap see it. */
  readonly outgoing: Subject<Out>
  /** `false` while the platform's buffer is full. */
  readonly writable: Observable<boolean>
  /** The secret of the key that made this pipe, for the proof. */
  readonly secret?: Uint8Array
  /** Both ends run on one event loop: neither falls silent without the other, so nobody needs to watch. */
  readonly inProcess?: true
  /**
   * How long the parts of a long message best are, in bytes, where it matters: a port hands a message over in one piece, so that
   * more parts only cost more.
   */
  readonly partBytes?: number
  /** What is written in several goes is read in one where the reader is behind, so that short writes cost it nothing: a socket. */
  readonly merges?: true
  /** Tells when the tick at hand has ended, for less than a turn of a scheduler costs; absent where time may be virtual. */
  readonly atTickEnd?: (waiting: { tickEnded(): void }) => void
  /** From {@link reconnect}: how the attempts to get here went on. */
  readonly attempts?: Observable<Attempt>
}

/** Waits for the end of a tick. */
export interface TickEnd {
  tickEnded(): void
}

/** One attempt of {@link reconnect} to dial again. */
export interface Attempt {
  /** Which one this is, counted from 1 since the pipe was last whole. */
  readonly attempt: number
  /** What broke the pipe or kept it from opening; `undefined` after the far end's orderly goodbye. */
  readonly error: unknown
  /** When the next try starts: milliseconds by the scheduler's clock. */
  readonly nextTryAt: number
}

/**
 * An Observable of pipes.
 *
 * A **dialler** emits one pipe and stays alive as long as it: it completes after a clean end, fails when the pipe broke,
 * and dials anew when it is subscribed again. A **listener** emits a pipe for each client and outlives them. Nothing happens
 * before subscription; unsubscribing writes what is queued, ends the pipe, and destroys it after a limit.
 */
export type Transport<P = Pipe> = Observable<P>

/** What stands between two kinds of pipe: maps a `Pipe<A>` to a `Pipe<B>`. Layers compose with `flow`. */
export type Layer<A, B, AOut = A, BOut = B> = (pipe: Pipe<A, AOut>) => Pipe<B, BOut>
