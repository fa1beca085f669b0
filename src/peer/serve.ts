import { merge, Observable, type Observer, type Subscriber } from 'rxjs'
import { answering, type AnswerOf, type AnswerOptions } from '../call/answer.js'
import type { AnyCall, Settled } from '../call/call.js'
import type { IncomingHub } from '../call/incoming-hub.js'
import type { MethodsTaker } from '../call/incoming-methods.js'
import { servedBehind } from './incoming-record.js'

type CallOf<C$> = C$ extends Observable<infer C extends AnyCall> ? C : never

/** A handler for each method: what its request is answered with. */
export type Handlers<Incoming> = {
  readonly [K in keyof Incoming]: (
    request: CallOf<Incoming[K]>['request'],
    call: CallOf<Incoming[K]>,
  ) => AnswerOf<CallOf<Incoming[K]>>
}

type Table = Readonly<Record<string, (request: unknown, call: AnyCall) => never>>
type CallsByName = Readonly<Record<string, Observable<AnyCall>>>
type Begin = ReturnType<typeof answering>

const notServed = (method: string): TypeError =>
  new TypeError(`${method} is no method that this peer serves: name it in the contract, or remove its handler`)

/** For what is no peer of ours, but has an `incoming`. */
const overIncoming = (incoming: CallsByName, handlers: Table, begin: Begin): readonly Observable<Settled>[] =>
  Object.entries(handlers).map(([method, handler]) => {
    const calls$ = incoming[method]
    if (calls$ === undefined) throw notServed(method)
    return new Observable(subscriber => begin(handler, calls$, subscriber))
  })

/** Answers the methods of one peer, each from its first call on. */
class Serving implements MethodsTaker, Observer<Settled> {
  /** Methods that may still be called, or have calls in hand. */
  private busy = 0
  private over = false

  constructor(
    private readonly handlers: Table,
    private readonly beginAnswers: Begin,
    private readonly subscriber: Subscriber<Settled>,
  ) {}

  begin(method: string, { calls$ }: IncomingHub): void {
    const handler = Object.hasOwn(this.handlers, method) ? this.handlers[method] : undefined
    if (handler === undefined) return
    this.busy++
    // users see an IncomingCall as a Call: there is no other
    this.subscriber.add(this.beginAnswers(handler, calls$ as Observable<unknown> as Observable<AnyCall>, this))
  }

  next(settled: Settled): void {
    this.subscriber.next(settled)
  }

  error(error: unknown): void {
    this.subscriber.error(error)
  }

  /** One of the methods is over. */
  complete(): void {
    this.busy--
    this.endIfDone()
  }

  end(): void {
    this.over = true
    this.endIfDone()
  }

  private endIfDone(): void {
    if (this.over && this.busy === 0) this.subscriber.complete()
  }
}

/**
 * Answers every method of a peer at once; emits how each call went.
 *
 * A method costs a server nothing before its first call, as nothing stands ready for it.
 *
 * Nothing is answered before subscription: subscribe while the peer is emitted, as `mergeMap` does, and no call is missed.
 *
 * @example
 * ```ts
 * kitchens$.pipe(mergeMap(diner => serve(diner, { howAreYou: () => 'fine', makeSandwich: order => make(order) }))).subscribe()
 * ```
 *
 * @param handlers - one for each method; may return a value, an Observable, a Promise, an Iterable, an AsyncIterable or a
 *   ReadableStream, as the method's kind has it
 * @param options - for each method's {@link answer}
 */
export const serve = <Incoming extends object>(
  peer: { readonly incoming: Incoming },
  handlers: Handlers<Incoming>,
  options: AnswerOptions = {},
): Observable<Settled> => {
  const all = { ...handlers } as Table
  const begin = answering(options)
  const served = servedBehind(peer.incoming)
  if (served === undefined) return merge(...overIncoming(peer.incoming as CallsByName, all, begin))
  for (const method of Object.keys(all)) if (!served.names.has(method)) throw notServed(method)
  return new Observable(subscriber => served.methods.take(new Serving(all, begin, subscriber)))
}
