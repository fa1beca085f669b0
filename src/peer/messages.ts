import type { Option } from 'fp-ts/lib/Option.js'
import type * as t from 'io-ts'
import { EMPTY, from, isObservable, map, mergeMap, type Observable, of, type OperatorFunction } from 'rxjs'
import type { Contract } from '../contract/contract.js'
import { contract } from '../contract/contract.js'
import { request, type Method } from '../contract/method.js'
import { TaggedError } from '../error/tagged-error.js'
import type { AnyCall, Call, OneAnswer, Settled } from '../call/call.js'
import { isPromise } from '../call/pull-source.js'
import type { Remote } from '../call/remote.js'

/** A contract of one message type for everything: see {@link messages}. */
export type Messages<U> = Contract<'sluice.Messages', { readonly send: Method<'request', U, U, never> }>

/**
 * A contract in the style of one message type for everything: `remote.send(u)` sends a message, and answers with the
 * message that the far end's handler makes of it.
 *
 * @example
 * ```ts
 * const Talk = messages(Message)
 * peer.remote.send({ _tag: 'MakeMeASandwich', bread: 'rye' }).pipe(expectTag('ASandwich'))
 * ```
 *
 * @param codec - usually a union, told apart by `_tag`
 * @throws ContractError when the codec has no protobuf form
 */
export const messages = <C extends t.Mixed>(codec: C): Messages<t.TypeOf<C>> =>
  contract('sluice.Messages', { send: request(codec, codec) })

// its type alone: the module, with all that it imports, would be on the heap of every process
type Answer<U> = Option<U>

/**
 * Answers messages with what `handle` makes of them; `none` gives the sender `NoReply` at once.
 *
 * @param peer - whose messages
 * @param handle - an Option, or an Observable or Promise of one
 * @returns how each message went
 */
export const handleMessages = <U>(
  peer: { readonly incoming: { readonly send: Observable<Call<U, U, never, any, OneAnswer<U>>> } },
  handle: (message: U) => Answer<U> | Observable<Answer<U>> | PromiseLike<Answer<U>>,
): Observable<Settled> =>
  peer.incoming.send.pipe(
    mergeMap(call => {
      const made = handle(call.request)
      const answer$ = isObservable(made) || isPromise(made) ? from(made) : of(made)
      call.reply(answer$.pipe(mergeMap(answer => (answer._tag === 'None' ? EMPTY : of(answer.value)))))
      return (call as AnyCall).settled$
    }),
  )

/** The answer was another message than the one that was expected. */
export class UnexpectedTag extends TaggedError<'UnexpectedTag'> {
  constructor(
    readonly expected: string,
    readonly actual: string,
  ) {
    super(
      'UnexpectedTag',
      `expected ${expected}, got ${actual}: handle that message too, or mend the far end's handler`,
    )
  }
}

interface Tagged {
  readonly _tag: string
}

/**
 * Lets messages of one tag through, with their narrower type; fails with {@link UnexpectedTag} at any other.
 *
 * @example
 * ```ts
 * peer.remote.send(order).pipe(expectTag('ASandwich')).subscribe(sandwich => eat(sandwich))
 * ```
 */
export const expectTag =
  <U extends Tagged, Tag extends U['_tag']>(tag: Tag): OperatorFunction<U, Extract<U, { readonly _tag: Tag }>> =>
  messages$ =>
    messages$.pipe(
      map(message => {
        if (message._tag !== tag) throw new UnexpectedTag(tag, message._tag)
        return message as Extract<U, { readonly _tag: Tag }>
      }),
    )

/** What `remote.send` gives. */
export type Sent<U> = Remote<U>
