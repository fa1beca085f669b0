import { Subscription, type Observable, type SchedulerLike } from 'rxjs'
import { Cancelled, Timeout } from '../call/call-errors.js'
import { callRules, defaultTimeout, type CallOptions } from '../call/calls-options.js'
import type { Calls } from '../call/calls.js'
import { noFlow, type Consumer, type Flow } from '../call/consumer.js'
import type { CallingEnd } from '../call/method-end.js'
import { Remote } from '../call/remote.js'
import type { CompiledMethod } from '../contract/compile-contract.js'
import { checkOptions } from '../error/check-options.js'
import { longestWait } from '../session/longest-wait.js'
import { RepeatedCall } from './repeated-call.js'

/** What calls are made over, as far as there is something. */
export interface Connections {
  readonly scheduler: SchedulerLike
  /** Emits with each session; completes when there will be no other. */
  readonly connected$: Observable<unknown>
  /** The session's calls, and its methods; `undefined` while there is none. */
  connection(): { readonly calls: Calls; readonly methods: ReadonlyMap<string, CallingEnd> } | undefined
  /** The error of a call that is made when there will be no other session. */
  gone(method: string): Error | undefined
}

const noOptions: CallOptions = {}

type Open = (input: unknown, options: CallOptions, consumer: Consumer<unknown>) => Flow

/** How long a call may take, in milliseconds. */
const timeoutOf = ({ method }: CompiledMethod, options: CallOptions): number =>
  options.timeout ?? method.options.timeout ?? (method.kind === 'request' ? defaultTimeout : Infinity)

/** Calls over the session of the moment, or, where there is none, over the next. */
const overSessions =
  (compiled: CompiledMethod, connections: Connections): Open =>
  (input, options, consumer) => {
    const connection = connections.connection()
    const method = connection?.methods.get(compiled.name)
    if (connection !== undefined && method !== undefined) return connection.calls.open(method, input, options, consumer)
    const error = connections.gone(compiled.name)
    if (error === undefined) return later(compiled, connections, input, options, consumer)
    consumer.error(error)
    return noFlow
  }

/** Waits for a session; the time spent waiting counts. */
const later = (
  compiled: CompiledMethod,
  connections: Connections,
  input: unknown,
  options: CallOptions,
  consumer: Consumer<unknown>,
): Flow => {
  const { name } = compiled
  const { scheduler, connected$ } = connections
  const afterMs = timeoutOf(compiled, options)
  const deadline = scheduler.now() + afterMs
  const waiting = new Subscription()
  const fail = (error: unknown) => {
    waiting.unsubscribe()
    consumer.error(error)
  }
  let flow: Flow = noFlow
  waiting.add(
    connected$.subscribe({
      next: () => {
        waiting.unsubscribe()
        const left = afterMs === Infinity ? Infinity : Math.max(0, deadline - scheduler.now())
        flow = overSessions(compiled, connections)(input, { ...options, timeout: left }, consumer)
      },
      error: fail,
      complete: () => fail(connections.gone(name)),
    }),
  )
  if (afterMs !== Infinity)
    waiting.add(scheduler.schedule(() => fail(new Timeout(name, afterMs)), longestWait(afterMs)))
  return {
    consumed: size => flow.consumed(size),
    unsubscribe: () => {
      waiting.unsubscribe()
      flow.unsubscribe()
    },
  }
}

/** Ends the call when its signal says so. */
const untilAborted =
  (name: string, open: Open): Open =>
  (input, options, consumer) => {
    const { signal } = options
    if (signal === undefined) return open(input, options, consumer)
    const cancelled = () => new Cancelled(name, { cause: signal.reason })
    if (signal.aborted) {
      consumer.error(cancelled())
      return noFlow
    }
    const flow = open(input, options, consumer)
    const abort = () => {
      flow.unsubscribe()
      consumer.error(cancelled())
    }
    signal.addEventListener('abort', abort, { once: true })
    return {
      consumed: size => flow.consumed(size),
      unsubscribe: () => {
        signal.removeEventListener('abort', abort)
        flow.unsubscribe()
      },
    }
  }

/** Makes the call again on the next session when this one is lost, where its method allows it. */
const untilAnswered = (compiled: CompiledMethod, connections: Connections, open: Open): Open => {
  const { kind, options: own } = compiled.method
  const resumeFrom = kind === 'stream' ? own.resumeFrom : undefined
  if (resumeFrom === undefined && !(kind === 'request' && own.idempotent === true)) return open
  return (input, options, consumer) => {
    const afterMs = timeoutOf(compiled, options)
    const { scheduler } = connections
    // the last item may be what the rest is asked for by
    const kept = resumeFrom === undefined ? options : { ...options, borrow: false }
    return new RepeatedCall(
      (again, left, repeated) => open(again, left === Infinity ? kept : { ...kept, timeout: left }, repeated),
      resumeFrom as ((request: unknown, last: unknown) => unknown) | undefined,
      scheduler,
      scheduler.now() + afterMs,
      consumer,
    ).start(input)
  }
}

/** A call may wait, and be sent again: what becomes of its metadata's object meanwhile is nothing to it. */
const own = (options: CallOptions): CallOptions =>
  options.metadata === undefined ? options : { ...options, metadata: { ...options.metadata } }

/** The methods of the far end, as `peer.remote` has them. */
export const remoteOf = (
  methods: readonly CompiledMethod[],
  connections: Connections,
): Readonly<Record<string, (input: unknown, options?: CallOptions) => Remote<unknown, unknown>>> =>
  Object.fromEntries(
    methods.map(compiled => {
      const { name } = compiled
      const open = untilAborted(name, untilAnswered(compiled, connections, overSessions(compiled, connections)))
      return [
        name,
        (input: unknown, options?: CallOptions) => {
          if (options === undefined) return new Remote(consumer => open(input, noOptions, consumer))
          checkOptions(name, options, callRules)
          return new Remote(consumer => open(input, own(options), consumer))
        },
      ]
    }),
  )
