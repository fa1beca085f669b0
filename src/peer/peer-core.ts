import {
  catchError,
  concatWith,
  defer,
  ignoreElements,
  mergeMap,
  Observable,
  Subject,
  take,
  throwError,
  type SchedulerLike,
  type Subscription,
} from 'rxjs'
import { Disconnected, SessionLost } from '../call/call-errors.js'
import { Calls } from '../call/calls.js'
import { defaultFragmentBytes } from '../call/calls-options.js'
import { IncomingMethods } from '../call/incoming-methods.js'
import type { CompiledContract } from '../contract/compile-contract.js'
import type { BufferOptions } from '../flow/bounded-buffer.js'
import type { Attempt } from '../pipe/pipe.js'
import type { HeartbeatOptions } from '../session/heartbeat.js'
import type { SchemaReport } from '../session/judge.js'
import { Continuity, type ContinuityOptions } from '../session/continuity.js'
import { isTemporary } from '../session/is-temporary.js'
import type { Beginning, Session, SessionOptions } from '../session/session-options.js'
import { PipeError } from '../pipe/pipe-error.js'
import { Connection } from './connection.js'
import { incomingRecord } from './incoming-record.js'
import { Latest } from './latest.js'
import { methodEnds } from './method-ends.js'
import type { Peer } from './peer-types.js'
import { remoteOf } from './remote-of.js'
import type { Status } from './status.js'

/** A peer's set-up with every default filled in. */
export interface PeerSetup {
  readonly session: SessionOptions
  readonly serves: readonly CompiledContract[]
  readonly uses: readonly CompiledContract[]
  /** The names of the methods that it serves. */
  readonly names: ReadonlySet<string>
  readonly grace: number
  readonly claimWithin: number
  readonly waiting: number
  /** Where the user said so. */
  readonly fragmentBytes: number | undefined
  readonly reassemblyBytes: number
  readonly buffer: BufferOptions
  readonly stacks: boolean
  readonly continuity: Omit<ContinuityOptions, 'scheduler'>
  /** On a listener: sessions that may wait for their far ends at once. */
  readonly detached: number
  /** On a listener: handshakes that may be under way at once. */
  readonly handshakes: number
  readonly heartbeat: HeartbeatOptions | undefined
  /** Whether the user asked for it, so that it beats within one process too. */
  readonly asksForHeartbeat: boolean
  readonly scheduler: SchedulerLike
}

type AnyPeer = Peer<any, any>
type New = Extract<Beginning, { readonly _tag: 'New' }>

/** Which end has ended a connection in order, and this one how: by `close()`, or because nobody is subscribed any more. */
type EndedBy = ConstructorParameters<typeof Disconnected>[2]

/** What stands behind a {@link Peer}: lives on over every session of a dialler, over one session of a listener. */
export class PeerCore {
  readonly peer: AnyPeer
  private readonly methods = new IncomingMethods()
  // replayed after its end too: whoever asks later is told how it ended
  private readonly status = new Latest<Status>()
  private readonly schema = new Latest<SchemaReport>()
  private readonly connected$ = new Subject<Connection>()
  private connection: Connection | undefined = undefined
  private attempts: Subscription | undefined = undefined
  private closing = false
  private grace: Subscription | undefined = undefined
  private ended: { readonly error?: unknown } | undefined = undefined
  private endedBy: EndedBy = 'far-end'

  /**
   * @param whenClosed - called when `close()` is done: there is to be no other session
   * @param whenLost - called when a session that waited for another pipe cannot go on any more
   */
  constructor(
    private readonly setup: PeerSetup,
    private readonly whenClosed: () => void,
    private readonly whenLost: (error: unknown) => void,
  ) {
    this.status.next({ _tag: 'Connecting' })
    const methodsOf = (contracts: readonly CompiledContract[]) => contracts.flatMap(contract => contract.methods)
    this.peer = {
      remote: remoteOf(methodsOf(setup.uses), {
        scheduler: setup.scheduler,
        connected$: this.connected$,
        connection: () => this.connection,
        gone: name => (this.ended === undefined ? undefined : this.disconnected(name)),
      }) as AnyPeer['remote'],
      incoming: incomingRecord({ methods: this.methods, names: setup.names }) as AnyPeer['incoming'],
      status$: this.status.values$,
      schema$: this.schema.values$,
      close: reason => this.close(reason),
      flush: () => defer(() => this.flush()),
    }
  }

  /** A session has begun, or goes on: calls may be made. */
  begin(link: Session): void {
    const { beginning } = link
    this.attempts?.unsubscribe()
    if (beginning._tag === 'New') this.beginAnew(link, beginning)
    else this.connection?.resume(link, beginning.position)
    // the far end may have broken a rule with its very position
    if (this.connection?.isAttached === true) this.status.next({ _tag: 'Connected' })
  }

  private beginAnew(link: Session, { judgement, report, keys, windowMs, epoch }: New): void {
    // the far end kept nothing of the session before: what was open over it is lost
    this.connection?.on({
      _tag: 'Lost',
      error: new PipeError('ended', 'the far end does not know the session any more'),
    })
    if (this.ended !== undefined) return
    const { setup } = this
    const ends = methodEnds(judgement, report)
    const limits = { ...setup.continuity, windowMs, scheduler: setup.scheduler }
    const continuity =
      keys === undefined
        ? undefined
        : new Continuity(link.pipe.end, { keys, judgement, epoch }, limits, error => {
            connection.on({ _tag: 'Lost', error })
            this.whenLost(error)
          })
    const served = { ends: ends.serving, methods: this.methods }
    const calls: Calls = new Calls(continuity?.pipe ?? link.pipe, served, {
      scheduler: setup.scheduler,
      far: link.limits,
      own: setup.session.limits,
      fragmentBytes: setup.fragmentBytes ?? link.pipe.partBytes ?? defaultFragmentBytes,
      reassemblyBytes: setup.reassemblyBytes,
      waiting: setup.waiting,
      claimWithin: setup.claimWithin,
      stacks: setup.stacks,
      buffer: setup.buffer,
      peer: () => this.peer,
      violated: rule => connection.violated(rule),
    })
    const connection: Connection = new Connection(link, {
      continuity,
      calls,
      methods: ends.calling,
      // whoever closed it wants no other
      ended: error => (this.closing ? this.whenClosed() : this.loseConnection(error)),
    })
    this.connection = connection
    connection.on({ _tag: 'Established' })
    this.schema.next(report)
  }

  /** Lets calls that were made before the session go ahead; after the peer has been handed out. */
  release(): void {
    if (this.connection !== undefined) this.connected$.next(this.connection)
  }

  /** Lets go of the pipe at hand: a newer one is there. */
  freeze(): void {
    this.connection?.freeze()
  }

  /** Whether the session may go on over another pipe, after that error. */
  mayComeBack(error: unknown): boolean {
    return this.connection?.mayGoOn === true && isTemporary(error)
  }

  /** Whether the session has a pipe. */
  get isAttached(): boolean {
    return this.connection?.isAttached === true
  }

  /** The session that another pipe may carry on; `undefined` where there is none. */
  get continuity(): Continuity | undefined {
    return this.connection?.mayGoOn === true ? this.connection.continuity : undefined
  }

  /**
   * The pipe is gone, and another one may come.
   *
   * @param error - how it went; `undefined` after an orderly goodbye
   * @param attempts - of whoever dials again; on the other end they are the far end's, and unknown
   */
  interrupted(error: unknown, attempts: Observable<Attempt>): void {
    if (this.ended !== undefined) return
    this.status.next({ _tag: 'Reconnecting', attempt: 1, nextTryAt: undefined, error })
    this.follow(attempts)
    if (error === undefined) this.connection?.on({ _tag: 'Finished' })
    else this.connection?.on({ _tag: 'Broke', resumable: this.mayComeBack(error), error })
  }

  /** Tells of attempts to come back; also of those that follow a handshake that failed. */
  follow(attempts: Observable<Attempt>): void {
    this.attempts?.unsubscribe()
    this.attempts = attempts.subscribe({
      next: ({ attempt, nextTryAt, error: last }) =>
        this.status.next({ _tag: 'Reconnecting', attempt, nextTryAt, error: last }),
      // what becomes of the dialling is for the source of pipes to say
      error: () => undefined,
    })
  }

  /** Ends what was open; there may be another session, unless this peer has ended. */
  private loseConnection(error: unknown): void {
    const { connection } = this
    this.connection = undefined
    connection?.continuity?.end()
    const cause = error === undefined ? undefined : { cause: error }
    const isOver = this.ended !== undefined
    connection?.calls.end((method, sent) =>
      isOver ? new Disconnected(method, cause, this.endedBy) : new SessionLost(method, sent, cause),
    )
  }

  /** There will be no other session. */
  end(ended: { readonly error?: unknown }, by: EndedBy = this.closing ? 'closed' : 'far-end'): void {
    if (this.ended !== undefined) return
    this.ended = ended
    this.endedBy = by
    this.attempts?.unsubscribe()
    this.grace?.unsubscribe()
    this.loseConnection(ended.error)
    this.connected$.complete()
    this.methods.complete()
    this.status.next({ _tag: 'Disconnected', ...ended })
    this.status.complete()
    this.schema.complete()
  }

  private disconnected(name: string): Disconnected {
    const { error } = this.ended ?? {}
    return new Disconnected(name, error === undefined ? undefined : { cause: error }, this.endedBy)
  }

  private close(reason?: string): Observable<never> {
    return new Observable(subscriber => {
      subscriber.add(this.connected$.pipe(ignoreElements()).subscribe(subscriber))
      if (this.closing || this.ended !== undefined) return
      this.closing = true
      const { connection } = this
      if (connection === undefined) return this.whenClosed()
      this.grace = this.setup.scheduler.schedule(() => connection.on({ _tag: 'GraceOver' }), this.setup.grace)
      connection.close(reason)
    })
  }

  /** A pipe that breaks meanwhile takes the question with it: it is asked again over the next one. */
  private flush(): Observable<never> {
    const { connection } = this
    if (connection === undefined) return throwError(() => this.disconnected('flush'))
    return connection.ping().pipe(
      catchError((error: unknown) =>
        this.connection === connection && connection.mayGoOn
          ? this.connected$.pipe(
              concatWith(defer(() => throwError(() => this.disconnected('flush')))),
              take(1),
              mergeMap(() => (this.connection === connection ? this.flush() : throwError(() => error))),
            )
          : throwError(() => error),
      ),
    )
  }

  /** Whether `close()` has been asked for. */
  get isClosing(): boolean {
    return this.closing
  }
}
