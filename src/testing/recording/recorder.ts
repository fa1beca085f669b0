import { asyncScheduler, type SchedulerLike } from 'rxjs'
import { contractsOf, type AnyContract, type Contract } from '../../contract/contract.js'
import { describe } from '../../contract/describe.js'
import type { Pipe } from '../../pipe/pipe.js'
import { fingerprint } from '../../schema/fingerprint.js'
import { hex } from '../../session/proof.js'
import { isCallFrame, type CallFrame, type Frame, type Hello, type Proof, type SessionFrame } from '../../wire/frame.js'
import { KeptCall } from './kept-call.js'
import { KeptPipe, type KeptSession } from './kept-pipe.js'
import { KeptStore, type Keeping } from './kept-store.js'
import { PayloadCoders, servedMethod } from './payload-coders.js'
import { writeKept } from './recording-file.js'
import { otherEnd, type NotRecorded, type PipeEnd, type RecordedContract } from './recording.js'
import { Redactor, type Redact } from './redact.js'

/** How a {@link Recorder} records. */
export interface RecorderOptions {
  /**
   * The contracts that this end serves or uses. Needed for `redact`, and for reading the recording later where the two ends
   * then have another version of them.
   */
  readonly contracts?: AnyContract | readonly Contract[]
  /** What not to keep: a function that is shown each value first, or `payloads`, all that is a user's. */
  readonly redact?: 'payloads' | Redact
  /** What the recording may take of memory, in bytes; default 16 MiB. While a frame arrives in pieces, as much again. */
  readonly limitBytes?: number
  /** Clock of the recorded times, which begin with the first pipe; default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike
}

const defaultLimit = 16 * 1024 * 1024
/** Sessions whose far ends may come back, and whose ids are remembered for that. */
const maxSessions = 1024
const noBytes = new Uint8Array(0)

/** A `Hello` without what another could make use of. */
const bareHello = (hello: Hello): Hello => ({ ...hello, nonce: noBytes, resume: undefined })

/** A `Proof` that proves nothing: when it was said, and of how far a session had come. */
const bareProof = ({ resume, ...proof }: Proof): Proof => ({
  ...proof,
  mac: noBytes,
  resume: resume === undefined ? undefined : { ...resume, mac: noBytes },
})

/**
 * Keeps what is said over the pipes that it is put on, see {@link record}.
 *
 * Its memory is bounded. Past the limit it forgets calls: those that have ended before those that are open, the oldest
 * first; so of a process that runs for weeks it holds the last calls. {@link Recorder.leftOut} and the file say how many
 * are missing.
 */
export class Recorder {
  private readonly scheduler: SchedulerLike
  private readonly limitBytes: number
  private readonly coders: PayloadCoders
  private readonly redactor: Redactor | undefined
  /** The recording begins with its first pipe. */
  private startedAt: number | undefined = undefined
  private readonly store: KeptStore
  private readonly described = new Map<string, RecordedContract>()
  private readonly sessions = new Map<string, KeptSession>()

  constructor({ contracts = [], redact, limitBytes = defaultLimit, scheduler = asyncScheduler }: RecorderOptions = {}) {
    const all = 'methods' in contracts ? contractsOf(contracts) : contracts
    this.scheduler = scheduler
    this.limitBytes = limitBytes
    this.store = new KeptStore(limitBytes)
    this.coders = new PayloadCoders(all)
    this.redactor = redact === undefined ? undefined : new Redactor(redact, this.coders)
    for (const contract of all) this.describe(contract.name, describe(contract))
  }

  /** What the recording does not hold, because it would have grown past its limit. */
  get leftOut(): NotRecorded {
    return { ...this.store.left }
  }

  /** About what the recording takes of memory, in bytes. */
  get size(): number {
    return this.store.size
  }

  /** The recording so far, as a file: for {@link replay}, {@link toSpec} and {@link readRecording}. */
  file(): Uint8Array {
    const { startedAt = this.scheduler.now(), described, store } = this
    return writeKept({
      startedAt,
      contracts: [...described.values()],
      leftOut: store.left,
      pipes: store.contents(),
    })
  }

  /** @internal Begins with a pipe. */
  open(pipe: Pick<Pipe, 'end' | 'secret'>): KeptPipe {
    const kept = new KeptPipe(pipe.end, this.now(), pipe.secret, this.limitBytes, {
      frame: (frame, by) => this.take(frame, by, kept),
      lost: (frames, bytes) => this.store.leave(frames, bytes),
    })
    this.store.addPipe(kept)
    this.store.makeRoom()
    return kept
  }

  /** @internal A half of a pipe has ended. */
  ended(pipe: KeptPipe, by: PipeEnd, end: 'complete' | 'error'): void {
    this.store.addEnd(pipe, this.now(), by, end)
    this.store.makeRoom()
  }

  private now(): number {
    const now = this.scheduler.now()
    this.startedAt ??= now
    return Math.max(0, Math.round(now - this.startedAt))
  }

  private take(frame: Frame, by: PipeEnd, pipe: KeptPipe): void {
    if (isCallFrame(frame)) this.takeCall(frame, by, pipe)
    else this.takeOwn(frame, by, pipe)
    this.store.makeRoom()
  }

  private takeOwn(frame: SessionFrame, by: PipeEnd, pipe: KeptPipe): void {
    const keeping: Keeping = { at: this.now(), by }
    switch (frame._tag) {
      case 'Hello':
        pipe.hellos[by] = frame
        return this.store.addOwn(pipe, bareHello(frame), keeping)
      case 'Proof': {
        const asked = pipe.hellos.dialled?.resume
        const session = asked === undefined ? undefined : this.sessions.get(hex(asked.session))
        if (by === 'accepted' && frame.resume !== undefined && session !== undefined) pipe.goOn(session, frame)
        return this.store.addOwn(pipe, bareProof(frame), keeping)
      }
      case 'Descriptors':
        for (const { contract, fileDescriptorSet } of frame.contracts) this.describe(contract, fileDescriptorSet)
        return
      case 'Verdicts':
        // a session of its own begins
        this.remember(pipe.sessionId, pipe.session)
        return this.store.addOwn(pipe, frame, keeping)
      case 'Goodbye': {
        const { frame: kept, blanked } = this.redactor?.goodbye(frame, by) ?? { frame, blanked: false }
        return this.store.addOwn(pipe, kept, { ...keeping, blanked })
      }
      case 'Ping':
      case 'Pong':
      case 'Ack':
        return
      default:
        frame satisfies never
    }
  }

  private takeCall(frame: CallFrame, by: PipeEnd, pipe: KeptPipe): void {
    const { session, again } = pipe
    if (again[by] > 0) {
      again[by]--
      return
    }
    session.said[by]++
    const call = session.calls.get(frame.id) ?? this.begin(frame, by, pipe)
    if (call === undefined) return this.store.leave(1, 'payload' in frame ? frame.payload.length : 0)
    this.keep(call, frame, pipe, { at: this.now(), by })
    if (!call.isOver && call.endsWith(frame, by)) this.store.settle(call)
  }

  /** A call begins with an `Open` of a new id; what else is of a call that is not known is of one that is not kept. */
  private begin(frame: CallFrame, by: PipeEnd, pipe: KeptPipe): KeptCall<KeptPipe> | undefined {
    const { session, hellos } = pipe
    if (frame._tag !== 'Open' || frame.id <= session.lastOpened[by]) return undefined
    session.lastOpened[by] = frame.id
    const served = servedMethod(hellos[otherEnd(by)], frame.method)
    const hello = hellos[by]
    const known = served === undefined || hello === undefined ? undefined : this.coders.method(hello, served, 'input')
    const call = new KeptCall<KeptPipe>(frame.id, by, served, known?.kind === 'event')
    this.store.addCall(call, session)
    return call
  }

  private keep(call: KeptCall<KeptPipe>, frame: CallFrame, pipe: KeptPipe, keeping: Keeping): void {
    const { redactor, store } = this
    if (redactor === undefined) return void store.addTo(call, pipe, frame, keeping)
    const { by } = keeping
    const part = by === call.opener ? 'input' : 'output'
    const context = { by, part, served: call.served, hello: pipe.hellos[by] } as const
    const parts = call.parts[by]
    const isPart = frame._tag === 'Fragment'
    if (isPart || (parts.length > 0 && (frame._tag === 'Next' || frame._tag === 'Reply'))) {
      // left out until the whole is there to be looked at
      const placed = store.addTo(call, pipe, { ...frame, payload: noBytes }, { ...keeping, blanked: true })
      store.addPart(call, by, placed, frame)
      if (isPart) return
      const frames = parts.map(each => each.frame)
      return store.replaceParts(call, by, redactor.parts(frames, context))
    }
    const { frame: kept, blanked } = redactor.frame(frame, context)
    store.addTo(call, pipe, kept, { ...keeping, blanked })
  }

  private describe(contract: string, fileDescriptorSet: Uint8Array): void {
    const print = fingerprint(fileDescriptorSet)
    if (this.described.has(hex(print))) return
    const own = new Uint8Array(fileDescriptorSet)
    this.described.set(hex(print), { contract, fingerprint: print, fileDescriptorSet: own })
    this.coders.describe(own)
    this.store.hold(own.length)
  }

  private remember(id: string | undefined, session: KeptSession): void {
    if (id === undefined) return
    this.sessions.set(id, session)
    const oldest = this.sessions.keys().next().value
    if (this.sessions.size > maxSessions && oldest !== undefined) this.sessions.delete(oldest)
  }
}
