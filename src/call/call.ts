import type { Observable, ObservableInput } from 'rxjs'
import type { MethodKind } from '../contract/method.js'
import type { BufferOptions } from '../flow/bounded-buffer.js'
import type { Metadata } from '../wire/frame.js'
import { TaggedError } from '../error/tagged-error.js'
import type { Remote } from './remote.js'

/** What a call has that came without metadata. */
export const noMetadata: Metadata = Object.freeze({})

/** What a call of one answer is answered with: the value, or the first one of an Observable or Promise. */
export type OneAnswer<Out> = Out | Observable<Out> | PromiseLike<Out>

/**
 * An incoming call: one value of `peer.incoming.method`.
 *
 * The first `reply` or `fail` claims it; a second one throws {@link AlreadyAnswered} where it was made.
 *
 * @typeParam In - what the caller sends: a value, or a stream of them
 * @typeParam Out - what it is answered with
 * @typeParam E - the failure that the method names
 * @typeParam From - the peer that it came from
 * @typeParam Answer - what `reply` takes
 */
export interface Call<In, Out, E = never, From = unknown, Answer = OneAnswer<Out> | ObservableInput<Out>> {
  readonly method: string
  readonly kind: MethodKind
  /** What the caller asked; for an upload or a channel the stream of its items, which is `requests$`. */
  readonly request: In
  /** What the caller sends, item by item, of an upload or a channel: has one subscriber. Empty for the other kinds. */
  readonly requests$: In extends Remote<infer Item> ? Remote<Item> : Remote<never>
  /** Who called: group by it to be fair to clients. */
  readonly peer: From
  /** What the caller sent beside its request. */
  readonly metadata: Metadata
  /** When the caller stops waiting: milliseconds by the scheduler's clock; `undefined`: never. */
  readonly deadline: number | undefined
  /**
   * Emits once if the caller gives up, its deadline is over, or it is gone; then completes. Completes silently otherwise.
   *
   * Of an event it never emits: nobody waits for what becomes of an event, and work on it goes on when its sender is gone.
   * `takeUntil(disconnected(call.peer))` ends it with the connection.
   */
  readonly cancelled$: Observable<void>
  /**
   * How many more items the caller takes: what it is at subscription, then each time it grows; completes when the call is
   * settled. What was emitted and waits here counts as taken. 0 for a call that is answered once. `fromDemand` makes an
   * answer of it.
   */
  readonly demand$: Observable<number>
  /** Emits once how the call went, then completes; replays. */
  readonly settled$: Observable<Settled>
  /**
   * Answers. An Observable is subscribed at once, anything that waits to be asked is pulled as the caller takes it.
   *
   * A request or an upload takes a value, or the first one of an Observable or Promise; a stream or a channel takes any
   * `ObservableInput`; an event takes whatever there is to do, and its values go nowhere.
   *
   * @param buffer - what becomes of items that an Observable emits faster than the caller takes them; default the peer's
   */
  reply(answer: Answer, buffer?: BufferOptions): void
  /** Fails the call: with the method's own failure where its codec holds for `error`, with a `Defect` otherwise. */
  fail(error: E | Error): void
}

/** Any incoming call. */
export type AnyCall = Call<any, any, any, any, any>

/** How an incoming call went. */
export interface Settled<C = AnyCall> {
  readonly _tag: 'Replied' | 'Failed' | 'Cancelled'
  readonly call: C
  /** What it failed with, or was cancelled by. */
  readonly error?: unknown
  /** From its arrival to its end, in milliseconds. */
  readonly ms: number
}

/** A second answer to one call. */
export class AlreadyAnswered extends TaggedError<'AlreadyAnswered'> {
  constructor(readonly method: string) {
    super('AlreadyAnswered', `${method} has an answer already: reply or fail once, from one subscriber`)
  }
}
