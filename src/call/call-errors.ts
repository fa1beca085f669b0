import type { Errors } from 'io-ts'
import { TaggedError } from '../error/tagged-error.js'

/** The base of the errors a call ends with: each names its method. */
abstract class CallFailed<Tag extends string> extends TaggedError<Tag> {
  constructor(
    tag: Tag,
    readonly method: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(tag, message, options)
  }
}

const print = (value: unknown): string => {
  try {
    return JSON.stringify(value) ?? String(value)
  } catch {
    return String(value)
  }
}

/** The far end answered with the contract's own failure; `failure` is what its codec decoded. */
export class Failure<E> extends CallFailed<'Failure'> {
  constructor(
    method: string,
    readonly failure: E,
  ) {
    super('Failure', method, `${method} failed with ${print(failure)}: the contract names this failure, handle it`)
  }
}

/** The call did not end in time. */
export class Timeout extends CallFailed<'Timeout'> {
  constructor(
    method: string,
    readonly afterMs: number,
  ) {
    super(
      'Timeout',
      method,
      `${method} did not end within ${afterMs} ms: allow more with { timeout }, or look at the far end`,
    )
  }
}

/** The call was given up before its end: by its signal, or by the far end's handler. */
export class Cancelled extends CallFailed<'Cancelled'> {
  constructor(method: string, options?: ErrorOptions) {
    super('Cancelled', method, `${method} was cancelled: call again if its result is still wanted`, options)
  }
}

const howEnded = {
  'far-end': 'the far end ended the connection: connect again, or add reconnect()',
  closed: 'this end closed the connection: call before close(), or connect again',
  unsubscribed:
    'this end unsubscribed from what the peer came from, which hangs up: stay subscribed for as long as you call, ' +
    'as mergeMap and switchMap do, and firstValueFrom(peer$) and take(1) do not',
} as const

/**
 * The connection ended while the call was open, or before it was made.
 *
 * `cause` says how it broke; after an orderly end there is none, and the message says which end ended it.
 */
export class Disconnected extends CallFailed<'Disconnected'> {
  constructor(method: string, options?: ErrorOptions, by: 'far-end' | 'closed' | 'unsubscribed' = 'far-end') {
    const how =
      options?.cause instanceof Error
        ? `it broke (${options.cause.message}): connect again, or add reconnect()`
        : howEnded[by]
    super('Disconnected', method, `${method} has no connection any more, ${how}`, options)
  }
}

/**
 * The session ended while the call was open, and another one may follow.
 *
 * `sent` says what the far end may have seen: `no` (it never left), `unknown` (it left; whether it had an effect
 * cannot be told from here).
 */
export class SessionLost extends CallFailed<'SessionLost'> {
  constructor(
    method: string,
    readonly sent: 'no' | 'unknown',
    options?: ErrorOptions,
  ) {
    const what =
      sent === 'no'
        ? 'it was not sent: call again'
        : 'it was sent, its outcome is unknown: call again if it may run twice'
    super('SessionLost', method, `${method} lost its session; ${what}`, options)
  }
}

/** An end is closing, and starts no new calls. */
export class GoingAway extends CallFailed<'GoingAway'> {
  constructor(method: string) {
    super('GoingAway', method, `${method} was not started, the connection is closing: call on a new connection`)
  }
}

/** Nobody at the far end serves the method. */
export class Unimplemented extends CallFailed<'Unimplemented'> {
  constructor(method: string) {
    super(
      'Unimplemented',
      method,
      `${method} is served by nobody at the far end: subscribe to incoming.${method} there`,
    )
  }
}

/** One way in which two ends' codecs differ. */
export interface MethodDifference {
  readonly path: string
  readonly ours: string
  readonly theirs: string
  readonly why: string
}

/** The two ends' contracts disagree on the method. */
export class SchemaMismatch extends CallFailed<'SchemaMismatch'> {
  constructor(
    method: string,
    readonly differences: readonly MethodDifference[],
  ) {
    const list = differences
      .map(({ path, ours, theirs, why }) => `${path}: ours ${ours}, theirs ${theirs} (${why})`)
      .join('; ')
    super('SchemaMismatch', method, `${method} differs between the two ends: ${list}: bring both to one contract`)
  }
}

/**
 * A value did not fit its codec: `errors` are io-ts's.
 *
 * `where` tells whose value: what this end sent (`ours`), or what the far end sent (`theirs`). From the far end's
 * report about our value there are no `errors`, only the message.
 */
export class InvalidPayload extends CallFailed<'InvalidPayload'> {
  constructor(
    method: string,
    readonly where: 'ours' | 'theirs',
    readonly errors: Errors,
    detail: string,
    options?: ErrorOptions,
  ) {
    super('InvalidPayload', method, `${method}: ${detail}: make the value fit the contract's codec`, options)
  }
}

/** A producer that cannot be paused outran its bounded buffer: `limit` counts what `unit` says. */
export class Overflow extends CallFailed<'Overflow'> {
  constructor(
    method: string,
    readonly limit: number,
    readonly unit: 'items' | 'bytes' = 'items',
  ) {
    super(
      'Overflow',
      method,
      `${method}: more than ${limit} ${unit} waited for the far end: return an iterable itself instead of from(it), ` +
        `or choose what to lose with { overflow: 'dropOldest' | 'dropNewest' | 'latest' }`,
    )
  }
}

/**
 * A message, or a call's metadata, is over the limit of the end that would take it in.
 *
 * `bytes` is 0 where the far end did not say how long it is.
 */
export class TooLarge extends CallFailed<'TooLarge'> {
  constructor(
    method: string,
    readonly bytes: number,
    readonly limit: number,
    what: 'a message' | 'metadata' = 'a message',
  ) {
    const size = bytes === 0 ? '' : ` of ${bytes} bytes`
    const remedy = what === 'metadata' ? 'put it into the request' : 'send it in parts, as a stream of bytes'
    super('TooLarge', method, `${method}: ${what}${size} is over the limit of ${limit}: ${remedy}`)
  }
}

/** Too many calls, or too many bytes of requests, wait for their turn: `limit` counts what `unit` says. */
export class Overloaded extends CallFailed<'Overloaded'> {
  constructor(
    method: string,
    readonly limit: number,
    readonly unit: 'calls' | 'bytes' = 'calls',
  ) {
    super(
      'Overloaded',
      method,
      `${method} was not started, ${limit} ${unit === 'calls' ? 'calls' : 'bytes of requests'} wait already: call again later, or open fewer at once`,
    )
  }
}

/** The far end's handler threw something that the contract does not name. */
export class Defect extends CallFailed<'Defect'> {
  constructor(
    method: string,
    /** Of the error that was thrown. */
    readonly defect: { readonly name: string; readonly message: string; readonly stack?: string },
  ) {
    super(
      'Defect',
      method,
      `${method}: the handler threw ${defect.name}: ${defect.message}: fix the handler at the far end`,
    )
  }
}

/** The far end took the call, and nobody answered it. */
export class NoReply extends CallFailed<'NoReply'> {
  constructor(method: string) {
    super('NoReply', method, `${method} was taken by the far end and let go without a reply: reply or fail there`)
  }
}

/** Everything that a call's own layer may end it with. */
export type CallEnd<E> =
  | Failure<E>
  | Timeout
  | Cancelled
  | Disconnected
  | SessionLost
  | GoingAway
  | Unimplemented
  | SchemaMismatch
  | InvalidPayload
  | Overflow
  | TooLarge
  | Overloaded
  | Defect
  | NoReply
