import { NEVER, Subscription } from 'rxjs'
import { PipeError } from '../pipe/pipe-error.js'
import type { Pipe } from '../pipe/pipe.js'
import { hex } from '../session/proof.js'
import { Announcements } from '../session/announcements.js'
import { isTemporary } from '../session/is-temporary.js'
import type { Announcement, Session, SessionOptions } from '../session/session-options.js'
import { session } from '../session/session.js'
import type { ResumeAsked } from '../wire/frame.js'
import { longestBeforeProof, type FrameLimit } from '../wire/frame-limit.js'
import { framed } from '../wire/framed.js'
import { PeerCore, type PeerSetup } from './peer-core.js'
import type { Peer } from './peer-types.js'

interface Listener {
  next(peer: Peer<any, any>): void
  error(error: unknown): void
  complete(): void
}

/** How a session ended: with an error, or in order. */
interface Ended {
  readonly error?: unknown
}

/** The pipes of one subscription, and the peers made of them. */
export class Peers {
  /** The one peer of a dialler, once it has been emitted. */
  private dialler: PeerCore | undefined = undefined
  /** Each pipe's session, while the pipe lives. */
  private readonly sessions = new Set<Subscription>()
  private readonly links = new Map<PeerCore, Subscription>()
  private readonly cores = new Set<PeerCore>()
  /** On a listener: sessions whose far end may come back, by id, the longest without a pipe first. */
  private readonly kept = new Map<string, PeerCore>()
  /** Sessions of which this end has said its verdicts, and not had the far end's. */
  private readonly announcements: Announcements
  private handshaking = 0
  private sourceDone = false
  private left = false

  constructor(
    private readonly setup: PeerSetup,
    private readonly refused: ((error: unknown) => void) | undefined,
    private readonly listener: Listener,
  ) {
    this.announcements = new Announcements(setup.scheduler, error => this.refused?.(error))
  }

  accept(pipe: Pipe): void {
    const isDialler = pipe.end === 'dialled'
    if (!isDialler && this.handshaking >= this.setup.handshakes) {
      const error = new PipeError('aborted', `${this.handshaking} handshakes are under way already: dial again later`)
      this.refused?.(error)
      pipe.outgoing.error(error)
      return
    }
    this.handshaking++
    let core: PeerCore | undefined
    let settled = false
    const settle = () => {
      if (!settled) this.handshaking--
      settled = true
    }
    const running = new Subscription()
    this.sessions.add(running)
    running.add(settle)
    let announced: string | undefined
    const ended = (how: Ended) => {
      this.sessions.delete(running)
      settle()
      const comesBack = announced !== undefined && this.announcementLost(announced, how)
      if (isDialler) this.diallerLost(pipe, core, how)
      else if (comesBack) this.forgetOldest()
      else this.clientLost(core, how)
    }
    const announce = (announcement: Announcement) => {
      // the far end of a dialler knows no session but the one of its newest pipe
      if (isDialler) this.announcements.clear()
      announced = this.announcements.add({
        ...announcement,
        supersede: () => {
          announcement.supersede()
          this.sessions.delete(running)
          running.unsubscribe()
        },
      })
    }
    // whatever still comes over the pipe before this one is not to be taken in twice
    if (isDialler && this.dialler?.isAttached === true && this.dialler.continuity !== undefined)
      this.freeze(this.dialler)
    const { frameBytes } = this.setup.session.limits
    const limit: FrameLimit = { frameBytes: Math.min(frameBytes, longestBeforeProof) }
    const trusted = () => void (limit.frameBytes = frameBytes)
    const agreed$ = session({ ...this.optionsFor(pipe, announce), trusted })(framed(limit)(pipe))
    running.add(
      agreed$.subscribe({
        next: agreed => {
          settle()
          const known = isDialler ? this.dialler : this.keptFor(agreed)
          if (agreed.beginning._tag === 'Resumed' && hex(agreed.beginning.asked.session) !== known?.continuity?.id)
            return agreed.lost()
          if (announced !== undefined) this.announcements.on(announced, { _tag: 'Established' })
          const made: PeerCore = known ?? this.make()
          core = made
          this.letGo(made)
          this.links.set(made, running)
          made.begin(agreed)
          if (isDialler) this.dialler = made
          else this.keep(made)
          if (known === undefined) this.listener.next(made.peer)
          made.release()
        },
        error: (error: unknown) => ended({ error }),
        complete: () => ended({}),
      }),
    )
  }

  sourceFailed(error: unknown): void {
    this.end({ error })
  }

  sourceCompleted(): void {
    this.sourceDone = true
    this.endIfDone()
  }

  /** Nobody is subscribed any more. */
  leave(): void {
    if (this.left) return
    this.left = true
    this.announcements.clear()
    for (const core of this.cores) core.end({}, 'unsubscribed')
    for (const running of this.sessions) running.unsubscribe()
  }

  private make(): PeerCore {
    const core: PeerCore = new PeerCore(
      this.setup,
      () => this.closed(core),
      error => {
        if (core !== this.dialler) this.gone(core, { error })
      },
    )
    this.cores.add(core)
    return core
  }

  private optionsFor(pipe: Pipe, announced: (announcement: Announcement) => void): SessionOptions {
    const { session: base, heartbeat, asksForHeartbeat, continuity } = this.setup
    const isDialler = pipe.end === 'dialled'
    // whoever does not dial again has nothing to go on with
    const windowMs = isDialler && pipe.attempts === undefined ? 0 : continuity.windowMs
    return {
      ...base,
      ...(heartbeat === undefined || (pipe.inProcess === true && !asksForHeartbeat) ? {} : { heartbeat }),
      resume: {
        windowMs,
        asks: isDialler ? (this.announcements.ask() ?? this.dialler?.continuity?.ask()) : undefined,
        keeps: asked => this.announcements.kept(asked) ?? this.kept.get(hex(asked.session))?.continuity?.kept,
        freeze: asked => (this.announcements.takeOver(asked) ? 0 : this.takeOver(asked)),
        announced,
      },
    }
  }

  /** Remembers a session whose far end may come back. */
  private keep(core: PeerCore): void {
    const { continuity } = core
    if (continuity === undefined) return
    this.kept.delete(continuity.id)
    this.kept.set(continuity.id, core)
  }

  /** On a listener: the peer whose session goes on. */
  private keptFor({ beginning }: Session): PeerCore | undefined {
    return beginning._tag === 'Resumed' ? this.kept.get(hex(beginning.asked.session)) : undefined
  }

  /** The far end of a kept session is there again, over another pipe: says how far this end came. */
  private takeOver({ session: id, epoch }: ResumeAsked): number {
    const core = this.kept.get(hex(id))
    const continuity = core?.continuity
    if (core === undefined || continuity === undefined) return 0
    this.freeze(core)
    continuity.supersededBy(epoch)
    return continuity.position
  }

  /** Lets go of a peer's pipe without a word: another one carries its session on. */
  private freeze(core: PeerCore): void {
    core.freeze()
    this.letGo(core)
  }

  /** Nothing of the pipe that a peer had is of interest any more. */
  private letGo(core: PeerCore): void {
    const old = this.links.get(core)
    if (old === undefined) return
    this.links.delete(core)
    this.sessions.delete(old)
    old.unsubscribe()
  }

  private diallerLost(pipe: Pipe, core: PeerCore | undefined, ended: Ended): void {
    const { dialler } = this
    if (core?.isClosing === true && !core.mayComeBack(ended.error)) this.closed(core)
    else if (pipe.attempts !== undefined) {
      if (core === undefined) dialler?.follow(pipe.attempts)
      else core.interrupted(ended.error, pipe.attempts)
    }
    // without somebody who dials again, the source fails or completes as the pipe did; a bare pipe has no such source
    else if (this.sourceDone && 'error' in ended) this.end(ended)
    else {
      core?.end(ended)
      this.endIfDone()
    }
  }

  private clientLost(core: PeerCore | undefined, ended: Ended): void {
    if (core === undefined) {
      if ('error' in ended) this.refused?.(ended.error)
    } else if ('error' in ended && core.mayComeBack(ended.error) && !this.sourceDone) {
      this.keep(core)
      core.interrupted(ended.error, NEVER)
      this.forgetOldest()
    } else this.gone(core, ended)
    this.endIfDone()
  }

  /**
   * A pipe is gone over which a session was announced.
   *
   * @returns whether that has not begun here, and may still, over another pipe
   */
  private announcementLost(id: string, { error }: Ended): boolean {
    return this.announcements.on(id, { _tag: 'Broke', resumable: isTemporary(error) && !this.sourceDone, error })
  }

  /** Past the limit, the session that has waited longest for its far end waits no more. */
  private forgetOldest(): void {
    const detached = [...this.kept.values()].filter(core => !core.isAttached)
    const waiting = detached.length + this.announcements.waiting
    if (waiting <= this.setup.detached) return
    const error = new PipeError('ended', `${waiting} sessions wait for their far ends, one too many`)
    // whoever never got past its handshake pushes out nobody who did
    if (!this.announcements.forgetOldest(error)) this.gone(detached[0] as PeerCore, { error })
  }

  /** A client will not come back. */
  private gone(core: PeerCore, ended: Ended): void {
    this.cores.delete(core)
    this.links.delete(core)
    for (const [id, other] of this.kept) if (other === core) this.kept.delete(id)
    core.end(ended)
  }

  /** A peer was closed by its user: on a dialler that is the end. */
  private closed(core: PeerCore): void {
    if (core === this.dialler) this.end({})
    else this.gone(core, {})
  }

  private endIfDone(): void {
    if (this.sourceDone && this.sessions.size === 0) this.end({})
  }

  private end(ended: Ended): void {
    if (this.left) return
    this.left = true
    this.announcements.clear()
    for (const core of this.cores) core.end(ended)
    for (const running of this.sessions) running.unsubscribe()
    if ('error' in ended) this.listener.error(ended.error)
    else this.listener.complete()
  }
}
