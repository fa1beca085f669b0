import type { Calls } from '../call/calls.js'
import type { CallingEnd } from '../call/method-end.js'
import type { Continuity } from '../session/continuity.js'
import { handshaking, stepLife, type Life, type LifeCommand, type LifeEvent } from '../session/life.js'
import type { Session } from '../session/session-options.js'

/** What a connection is made of. */
export interface ConnectionParts {
  /** There where the session may go on over another pipe. */
  readonly continuity: Continuity | undefined
  readonly calls: Calls
  readonly methods: ReadonlyMap<string, CallingEnd>
  /** The session has ended: so must its calls. */
  readonly ended: (error: unknown) => void
}

/** One session's calls, over all of its pipes. */
export class Connection {
  readonly continuity: Continuity | undefined
  readonly calls: Calls
  readonly methods: ReadonlyMap<string, CallingEnd>
  private readonly ended: (error: unknown) => void
  private life: Life = handshaking
  private position = 0
  private reason: string | undefined = undefined

  /** @param link - the session on the pipe of the moment, or on the last one */
  constructor(
    private link: Session,
    { continuity, calls, methods, ended }: ConnectionParts,
  ) {
    this.continuity = continuity
    this.calls = calls
    this.methods = methods
    this.ended = ended
  }

  /** Something happens to the session. */
  on(event: LifeEvent): void {
    const [life, commands] = stepLife(this.life, event)
    this.life = life
    for (const command of commands) this.carryOut(command)
  }

  /** Goes on over a newer pipe. */
  resume(link: Session, position: number): void {
    this.link = link
    this.position = position
    this.on({ _tag: 'Resumed' })
  }

  /** Lets go of the pipe at hand for a newer one. */
  freeze(): void {
    const { link } = this
    this.on({ _tag: 'Frozen' })
    link.supersede()
  }

  /** Ends it once its calls have ended. */
  close(reason: string | undefined): void {
    this.reason = reason
    this.on({ _tag: 'CloseAsked' })
  }

  /** Cuts off a far end that broke the rules of the wire. */
  violated(rule: string): void {
    this.link.violated(rule)
  }

  /** Completes when all that was sent before has reached the far end's session. */
  ping(): ReturnType<Session['ping']> {
    return this.link.ping()
  }

  get isAttached(): boolean {
    return this.life._tag === 'Attached'
  }

  /** Whether another pipe may carry it on: not once it has said goodbye. */
  get mayGoOn(): boolean {
    return this.continuity !== undefined && (this.life._tag === 'Attached' || this.life._tag === 'Detached')
  }

  private carryOut(command: LifeCommand): void {
    switch (command._tag) {
      case 'Attach':
        return this.continuity?.attach(this.link, this.position)
      case 'Detach':
        return this.continuity?.detach(command.error)
      case 'RefuseCalls':
        return this.calls.close(() => this.on({ _tag: 'Idle' }))
      case 'SayGoodbye':
        return this.link.goodbye(this.reason)
      case 'End':
        return this.ended(command.error)
      default:
        command satisfies never
    }
  }
}
