import { merge, type Observable } from 'rxjs'
import { answer, type AnswerOf, type AnswerOptions } from '../call/answer.js'
import type { AnyCall, Settled } from '../call/call.js'

type CallOf<C$> = C$ extends Observable<infer C extends AnyCall> ? C : never

/** A handler for each method: what its request is answered with. */
export type Handlers<Incoming> = {
  readonly [K in keyof Incoming]: (
    request: CallOf<Incoming[K]>['request'],
    call: CallOf<Incoming[K]>,
  ) => AnswerOf<CallOf<Incoming[K]>>
}

/**
 * Answers every method of a peer at once; emits how each call went.
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
  const table = peer.incoming as Readonly<Record<string, Observable<AnyCall>>>
  const all = handlers as Readonly<Record<string, (request: unknown, call: AnyCall) => never>>
  return merge(
    ...Object.entries(all).map(([method, handler]) => {
      const calls$ = table[method]
      if (calls$ === undefined)
        throw new TypeError(
          `${method} is no method that this peer serves: name it in the contract, or remove its handler`,
        )
      return calls$.pipe(answer(handler, options))
    }),
  )
}
