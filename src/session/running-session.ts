import {
  asyncScheduler,
  Subject,
  type Observable,
  type SchedulerLike,
  type Subscription,
  type Unsubscribable,
} from 'rxjs'
import { PipeError } from '../pipe/pipe-error.js'
import type { Pipe } from '../pipe/pipe.js'
import type { Reader } from '../protobuf/reader.js'
import { FrameRelay } from '../wire/frame-relay.js'
import { deliver } from '../wire/frame-source.js'
import { frameOf, openOf, type FrameTaker, type PayloadKind } from '../wire/frame-taker.js'
import {
  isCallFrame,
  type CallFrame,
  type Frame,
  type Goodbye,
  type Hello,
  type Limits,
  type Open,
  type SessionFrame,
} from '../wire/frame.js'
import { ProtocolViolation } from '../wire/protocol-violation.js'
import { Heartbeat, type HeartbeatEffects, type HeartbeatOptions } from './heartbeat.js'
import { Pings } from './pings.js'
import { Refused } from './refused.js'
import { RunningHandshake, type HandshakeEffects } from './running-handshake.js'
import type { Beginning, Session, SessionOptions } from './session-options.js'
import { Unread } from './unread.js'
import { Voice, type VoiceEvents } from './voice.js'

const done = (message = ''): Goodbye => ({ _tag: 'Goodbye', reason: 'DONE', message })

const noHeartbeat: HeartbeatOptions = { everyMs: 0, tolerance: 1 }

interface Listener {
  next(session: Session): void
  error(error: unknown): void
  complete(): void
}

/**
 * A session on its one pipe, from the first Hello to the last Goodbye.
 *
 * It is what its parts and the layer above tell things to, in one object: a closure for each would be kept for each client.
 */
export class RunningSession implements Session, FrameTaker, VoiceEvents, HeartbeatEffects, HandshakeEffects {
  readonly acks$ = new Subject<number>()
  beginning!: Beginning
  limits!: Limits
  pipe!: Pipe<CallFrame>
  private readonly scheduler: SchedulerLike
  private readonly goodbyeTimeout: number
  private readonly watch: HeartbeatOptions
  private readonly frames = new FrameRelay<CallFrame>()
  private readonly voice: Voice
  private readonly unread: Unread
  private pings: Pings | undefined = undefined
  /** `undefined` once the two ends agree. */
  private handshake: RunningHandshake | undefined
  /** We have said goodbye, and wait for the far end's half to end. */
  private leaving = false
  private ended = false
  private heartbeat: Heartbeat | undefined = undefined
  private subscription: Unsubscribable | undefined = undefined
  private timer: Subscription | undefined = undefined

  constructor(
    options: SessionOptions,
    private readonly link: Pipe<Frame>,
    private readonly listener: Listener,
  ) {
    this.scheduler = options.scheduler ?? asyncScheduler
    this.goodbyeTimeout = options.goodbyeTimeout
    this.watch = options.heartbeat ?? noHeartbeat
    this.unread = new Unread(link.writable, options.unreadBytes, bytes => this.tooMuchUnread(bytes))
    this.voice = new Voice(link, this.unread, this)
    this.handshake = new RunningHandshake(options, link, this, this.scheduler)
  }

  start(): void {
    this.handshake?.on({ _tag: 'Started' })
    this.subscription = deliver(this.link.incoming, this)
    if (this.ended) this.subscription.unsubscribe()
  }

  /** Nobody wants this session any more. */
  leave(): void {
    if (!this.ended) this.sayGoodbye(done())
    this.finish()
  }

  payload(kind: PayloadKind, id: number, reader: Reader): void {
    if (this.ended) return
    this.heartbeat?.heard()
    if (this.handshake !== undefined) this.handshake.on({ _tag: 'Received', frame: frameOf(kind, id, reader) })
    else if (!this.leaving) this.frames.payload(kind, id, reader)
  }

  open(open: Open, reader: Reader): void {
    if (this.ended) return
    this.heartbeat?.heard()
    if (this.handshake !== undefined) this.handshake.on({ _tag: 'Received', frame: openOf(open, reader) })
    else if (!this.leaving) this.frames.open(open, reader)
  }

  frame(frame: Frame): void {
    if (this.ended) return
    this.heartbeat?.heard()
    if (this.handshake !== undefined) this.handshake.on({ _tag: 'Received', frame })
    else if (isCallFrame(frame)) {
      if (!this.leaving) this.frames.frame(frame)
    } else this.takeOwn(frame)
  }

  error(error: unknown): void {
    this.broke(error)
  }

  complete(): void {
    this.broke(new PipeError('ended', 'the far end ended without a goodbye: it crashed or was killed'))
  }

  private takeOwn(frame: SessionFrame): void {
    switch (frame._tag) {
      case 'Ping':
        return this.voice.say({ _tag: 'Pong', token: frame.token })
      case 'Pong':
        return this.pings?.answered(frame.token)
      case 'Goodbye':
        return this.farewell(frame)
      case 'Ack':
        return this.acks$.next(frame.position)
      case 'Hello':
      case 'Proof':
      case 'Descriptors':
      case 'Verdicts':
        return this.violated(`a ${frame._tag} came after the handshake`)
      default:
        frame satisfies never
    }
  }

  establish(beginning: Beginning, theirs: Hello): void {
    this.handshake?.stop()
    this.handshake = undefined
    this.heartbeat = new Heartbeat(this.watch, theirs.heartbeatMs, this, this.scheduler)
    this.heartbeat.start()
    this.beginning = beginning
    this.limits = theirs.limits
    this.pipe = { ...this.link, incoming: this.frames.source, outgoing: this.voice.calls }
    this.listener.next(this)
  }

  talks(): boolean {
    if (this.ended || this.leaving) return false
    this.heartbeat?.said()
    return true
  }

  say(frame: SessionFrame): void {
    this.voice.say(frame)
  }

  beat(): void {
    this.voice.say({ _tag: 'Ping', token: 0 })
  }

  silent(afterMs: number): void {
    this.broke(new PipeError('silent', `the far end has been silent for ${afterMs} ms: it is stopped or cut off`))
  }

  ack(position: number): void {
    this.voice.say({ _tag: 'Ack', position })
  }

  ping(): Observable<never> {
    this.pings ??= new Pings(token => {
      if (this.ended || this.leaving) return false
      this.voice.say({ _tag: 'Ping', token })
      return true
    })
    return this.pings.ping()
  }

  lost(): void {
    this.cut('LATE', new PipeError('aborted', 'this end had given the session up when the far end came back to it'))
  }

  goodbye(message?: string): void {
    if (this.ended || this.leaving) return
    this.sayGoodbye(done(message))
    this.timer = this.scheduler.schedule(() => this.endCleanly(), this.goodbyeTimeout)
  }

  violated(rule: string): void {
    this.cut('VIOLATION', new ProtocolViolation(rule))
  }

  private farewell({ reason, message }: Goodbye): void {
    if (reason === 'DONE') return this.endCleanly()
    this.abort(new Refused('far-end', `the far end cut the session off: ${message || reason}`))
  }

  endCleanly(): void {
    if (!this.leaving) this.sayGoodbye(done())
    this.finish()
    this.listener.complete()
  }

  private sayGoodbye(goodbye: Goodbye): void {
    this.leaving = true
    this.link.outgoing.next(goodbye)
    this.link.outgoing.complete()
  }

  supersede(): void {
    if (this.ended) return
    this.finish()
    // the end that dialled leaves it to the other to close it: its dialler is not to fail
    if (this.link.end === 'dialled') this.link.outgoing.complete()
    else this.link.outgoing.error(new PipeError('aborted', 'a newer pipe has taken the session over'))
  }

  private tooMuchUnread(bytes: number): void {
    this.broke(new PipeError('aborted', `${bytes} bytes wait for a far end that does not read: it is stopped or stuck`))
  }

  private cut(reason: Goodbye['reason'], error: Error): void {
    if (this.ended) return
    this.voice.say({ _tag: 'Goodbye', reason, message: error.message })
    this.abort(error)
  }

  broke(error: unknown): void {
    if (this.ended) return
    // whoever has said goodbye does not mind how the far end goes
    if (this.leaving) return this.endCleanly()
    if ((error as { readonly _tag?: unknown } | undefined)?._tag === 'ProtocolViolation')
      this.voice.say({ _tag: 'Goodbye', reason: 'VIOLATION', message: (error as Error).message })
    this.abort(error)
  }

  /** First whoever listens, so that every call ends with the reason; then the pipe, so that its dialler fails with it. */
  abort(error: unknown): void {
    this.finish()
    this.listener.error(error)
    this.link.outgoing.error(error)
  }

  private finish(): void {
    this.ended = true
    this.handshake?.stop()
    this.timer?.unsubscribe()
    this.heartbeat?.stop()
    this.unread.stop()
    this.subscription?.unsubscribe()
    this.frames.complete()
    this.pings?.end()
  }
}
