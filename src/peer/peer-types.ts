import type { Observable, ObservableInput } from 'rxjs'
import type { ContractSet, MethodsOf, MethodTable } from '../contract/contract.js'
import type { AnyMethod, FailureOf, InputOf, OutputOf } from '../contract/method.js'
import type { Call, OneAnswer } from '../call/call.js'
import type { CallOptions } from '../call/calls-options.js'
import type { Remote } from '../call/remote.js'
import type { SchemaReport } from '../session/judge.js'
import type { Status } from './status.js'

/** What `remote.method` takes before its options. A method that takes nothing may be called with nothing. */
type Arguments<In> = [In] extends [void | undefined]
  ? [input?: In, options?: CallOptions]
  : [input: In, options?: CallOptions]

/** One method as its caller has it: each subscription is a call. */
export type RemoteMethod<M extends AnyMethod> = M extends { readonly kind: 'upload' | 'channel' }
  ? (input: ObservableInput<InputOf<M>>, options?: CallOptions) => Remote<OutputOf<M>, FailureOf<M>>
  : M extends { readonly kind: 'event' }
    ? (...args: Arguments<InputOf<M>>) => Remote<never>
    : (...args: Arguments<InputOf<M>>) => Remote<OutputOf<M>, FailureOf<M>>

/** The calls of one method as its server has them. */
export type IncomingCallOf<M extends AnyMethod, From> = M extends { readonly kind: 'stream' }
  ? Call<InputOf<M>, OutputOf<M>, FailureOf<M>, From, ObservableInput<OutputOf<M>>>
  : M extends { readonly kind: 'channel' }
    ? Call<Remote<InputOf<M>>, OutputOf<M>, FailureOf<M>, From, ObservableInput<OutputOf<M>>>
    : M extends { readonly kind: 'upload' }
      ? Call<Remote<InputOf<M>>, OutputOf<M>, FailureOf<M>, From, OneAnswer<OutputOf<M>>>
      : M extends { readonly kind: 'event' }
        ? Call<InputOf<M>, void, never, From, unknown>
        : Call<InputOf<M>, OutputOf<M>, FailureOf<M>, From, OneAnswer<OutputOf<M>>>

/** Every method of the far end. */
export type RemoteOf<Methods extends MethodTable> = { readonly [K in keyof Methods]: RemoteMethod<Methods[K]> }

/** Every method of this end: its calls as a hot stream. */
export type IncomingOf<Methods extends MethodTable, From> = {
  readonly [K in keyof Methods]: Observable<IncomingCallOf<Methods[K], From>>
}

/** No contract at all. */
export type NoContract = ContractSet<Record<never, never>>

/**
 * The far end, as this end sees it.
 *
 * @typeParam Uses - the contracts that this end calls
 * @typeParam Serves - the contracts that this end answers
 */
export interface Peer<Uses = NoContract, Serves = NoContract> {
  /** Calls of the far end's methods. Nothing is sent before subscription; unsubscribing cancels. */
  readonly remote: RemoteOf<MethodsOf<Uses>>
  /** The far end's calls of our methods. A method that nobody is subscribed to answers `Unimplemented`. */
  readonly incoming: IncomingOf<MethodsOf<Serves>, Peer<Uses, Serves>>
  /** How the connection is; replays the latest, completes when there will be no other. */
  readonly status$: Observable<Status>
  /** The handshake's verdict, method by method; replays the latest. */
  readonly schema$: Observable<SchemaReport>
  /** Starts no new calls, lets those in flight finish for a grace time, says goodbye; completes when done. */
  close(reason?: string): Observable<never>
  /** Completes when all that was sent before has reached the far end. */
  flush(): Observable<never>
}
