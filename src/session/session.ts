import { asyncScheduler, Observable, Subject, type SchedulerLike, type Subscription } from 'rxjs'
import { PipeError } from '../pipe/pipe-error.js'
import type { Pipe } from '../pipe/pipe.js'
import {
  isCallFrame,
  type CallFrame,
  type Frame,
  type Goodbye,
  type Hello,
  type Limits,
  type SessionFrame,
} from '../wire/frame.js'
import { ProtocolViolation } from '../wire/protocol-violation.js'
import {
  newHandshake,
  stepHandshake,
  type HandshakeCommand,
  type HandshakeEvent,
  type HandshakeState,
  type HandshakeTerms,
} from './handshake.js'
import {
  describeFor,
  judge,
  objectionTo,
  offerOf,
  reportOf,
  verdictsOf,
  type Judgement,
  type SchemaReport,
  type Terms,
} from './judge.js'
import { Refused } from './refused.js'

/** The version of the wire that this code speaks. */
export const wireVersion = 1

/** How an end comes to a session. */
export interface SessionOptions extends Terms {
  /** What this end takes in. */
  readonly limits: Limits
  /** 32 random bytes, fresh with each call. */
  readonly nonce: () => Uint8Array
  /** Longest the handshake may take, in milliseconds. */
  readonly handshakeTimeout: number
  /** Longest to wait for the far end's half to end after our goodbye, in milliseconds. */
  readonly goodbyeTimeout: number
  readonly scheduler?: SchedulerLike
}

/** What two ends have agreed on. */
export interface Session {
  /** The calls' frames; its `incoming` delivers from its first subscription. */
  readonly pipe: Pipe<CallFrame>
  readonly judgement: Judgement
  readonly report: SchemaReport
  /** The far end's limits. */
  readonly limits: Limits
  /** Says goodbye: the session completes once the far end has ended its half too. */
  goodbye(message?: string): void
  /** Cuts off a far end that broke the rules of the wire. */
  violated(rule: string): void
  /** Completes when all that was sent before has reached the far end's session. */
  ping(): Observable<never>
}

const done = (message = ''): Goodbye => ({ _tag: 'Goodbye', reason: 'DONE', message })

/**
 * Brings a pipe of frames to a session.
 *
 * Emits once the two ends agree. Completes after an orderly goodbye of either end. Fails with {@link Refused} when they do
 * not agree, with {@link ProtocolViolation} when the far end breaks the rules, and with {@link PipeError} when the pipe
 * breaks, which an end-of-file without a goodbye is. Unsubscribing says goodbye.
 */
export const session =
  (options: SessionOptions) =>
  (pipe: Pipe<Frame>): Observable<Session> =>
    new Observable<Session>(subscriber => {
      const running = new RunningSession(options, pipe, subscriber)
      running.start()
      return () => running.leave()
    })

interface Listener {
  next(session: Session): void
  error(error: unknown): void
  complete(): void
}

class RunningSession {
  private readonly scheduler: SchedulerLike
  private readonly step: ReturnType<typeof stepHandshake<Judgement>>
  private state: HandshakeState<Judgement> = newHandshake
  private readonly frames = new Subject<CallFrame>()
  private readonly outgoing = new Subject<CallFrame>()
  private readonly pings = new Map<number, Subject<never>>()
  private token = 0
  private established = false
  /** We have said goodbye, and wait for the far end's half to end. */
  private leaving = false
  private ended = false
  private subscription: Subscription | undefined
  private timer: Subscription | undefined

  constructor(
    private readonly options: SessionOptions,
    private readonly pipe: Pipe<Frame>,
    private readonly listener: Listener,
  ) {
    this.scheduler = options.scheduler ?? asyncScheduler
    const { end, secret } = pipe
    const hello: Hello = {
      _tag: 'Hello',
      versions: [wireVersion],
      nonce: options.nonce(),
      proof: secret !== undefined,
      limits: options.limits,
      validation: options.validation,
      serves: options.serves.map(offerOf),
      uses: options.uses.map(offerOf),
      heartbeatMs: 0,
      capabilities: [],
    }
    const terms: HandshakeTerms<Judgement> = {
      end,
      hello,
      secret,
      describe: describeFor(options),
      judge: judge(options),
      verdicts: verdictsOf,
      objection: objectionTo,
    }
    this.step = stepHandshake(terms)
  }

  start(): void {
    const { handshakeTimeout } = this.options
    this.timer = this.scheduler.schedule(
      () => this.handshake({ _tag: 'TimedOut', afterMs: handshakeTimeout }),
      handshakeTimeout,
    )
    this.outgoing.subscribe({
      next: frame => {
        if (!this.ended && !this.leaving) this.pipe.outgoing.next(frame)
      },
      error: (error: unknown) => this.broke(error),
    })
    this.handshake({ _tag: 'Started' })
    this.subscription = this.pipe.incoming.subscribe({
      next: frame => this.take(frame),
      error: (error: unknown) => this.broke(error),
      complete: () =>
        this.broke(new PipeError('ended', 'the far end ended without a goodbye: it crashed or was killed')),
    })
    if (this.ended) this.subscription.unsubscribe()
  }

  /** Nobody wants this session any more. */
  leave(): void {
    if (!this.ended) this.sayGoodbye(done())
    this.finish()
  }

  private take(frame: Frame): void {
    if (this.ended) return
    if (!this.established) this.handshake({ _tag: 'Received', frame })
    else if (isCallFrame(frame)) {
      if (!this.leaving) this.frames.next(frame)
    } else this.takeOwn(frame)
  }

  private takeOwn(frame: SessionFrame): void {
    switch (frame._tag) {
      case 'Ping':
        return this.send({ _tag: 'Pong', token: frame.token })
      case 'Pong':
        this.pings.get(frame.token)?.complete()
        this.pings.delete(frame.token)
        return
      case 'Goodbye':
        return this.farewell(frame)
      case 'Ack':
        // positions are counted only where resuming was agreed on
        return
      case 'Hello':
      case 'Proof':
      case 'Descriptors':
      case 'Verdicts':
        return this.violated(`a ${frame._tag} came after the handshake`)
      default:
        frame satisfies never
    }
  }

  private handshake(event: HandshakeEvent): void {
    if (this.established || this.ended) return
    const [state, commands] = this.step(this.state, event)
    this.state = state
    for (const command of commands) this.carryOut(command)
  }

  private carryOut(command: HandshakeCommand<Judgement>): void {
    switch (command._tag) {
      case 'Send':
        return this.send(command.frame)
      case 'Establish':
        this.timer?.unsubscribe()
        this.established = true
        return this.listener.next({
          pipe: { ...this.pipe, incoming: this.frames, outgoing: this.outgoing },
          judgement: command.judgement,
          report: reportOf(command.judgement, command.verdicts),
          limits: command.theirs.limits,
          goodbye: message => this.goodbye(message),
          violated: rule => this.violated(rule),
          ping: () => this.ping(),
        })
      case 'Fail':
        return this.abort(command.error)
      case 'End':
        return this.endCleanly()
      default:
        command satisfies never
    }
  }

  private farewell({ reason, message }: Goodbye): void {
    if (reason === 'DONE') return this.endCleanly()
    this.abort(new Refused('far-end', `the far end cut the session off: ${message || reason}`))
  }

  private endCleanly(): void {
    if (!this.leaving) this.sayGoodbye(done())
    this.finish()
    this.listener.complete()
  }

  private goodbye(message?: string): void {
    if (this.ended || this.leaving) return
    this.sayGoodbye(done(message))
    const { goodbyeTimeout } = this.options
    this.timer = this.scheduler.schedule(() => this.endCleanly(), goodbyeTimeout)
  }

  private sayGoodbye(goodbye: Goodbye): void {
    this.leaving = true
    this.pipe.outgoing.next(goodbye)
    this.pipe.outgoing.complete()
  }

  private violated(rule: string): void {
    if (this.ended) return
    const error = new ProtocolViolation(rule)
    this.send({ _tag: 'Goodbye', reason: 'VIOLATION', message: error.message })
    this.abort(error)
  }

  private broke(error: unknown): void {
    if (this.ended) return
    // whoever has said goodbye does not mind how the far end goes
    if (this.leaving) return this.endCleanly()
    if ((error as { readonly _tag?: unknown } | undefined)?._tag === 'ProtocolViolation')
      this.send({ _tag: 'Goodbye', reason: 'VIOLATION', message: (error as Error).message })
    this.abort(error)
  }

  /** First whoever listens, so that every call ends with the reason; then the pipe, so that its dialler fails with it. */
  private abort(error: unknown): void {
    this.finish()
    this.listener.error(error)
    this.pipe.outgoing.error(error)
  }

  private finish(): void {
    this.ended = true
    this.timer?.unsubscribe()
    this.subscription?.unsubscribe()
    this.frames.complete()
    const pings = [...this.pings.values()]
    this.pings.clear()
    for (const ping of pings)
      ping.error(new PipeError('ended', 'the session ended before all was known to have arrived'))
  }

  private send(frame: SessionFrame): void {
    if (!this.ended && !this.leaving) this.pipe.outgoing.next(frame)
  }

  private ping(): Observable<never> {
    return new Observable(subscriber => {
      const pong = new Subject<never>()
      subscriber.add(pong.subscribe(subscriber))
      if (this.ended || this.leaving) {
        pong.error(new PipeError('ended', 'the session has ended: there is nobody to write to'))
        return
      }
      const token = (this.token = (this.token % 0xffff_ffff) + 1)
      this.pings.set(token, pong)
      this.send({ _tag: 'Ping', token })
    })
  }
}
