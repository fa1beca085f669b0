import type { SchedulerLike, Subscription } from 'rxjs'
import type { ResumeAsked } from '../wire/frame.js'
import { handshaking, stepLife, type Life, type LifeEvent } from './life.js'
import { hex } from './proof.js'
import type { Asks, Announcement, Kept } from './session-options.js'

interface Entry {
  session: Kept
  life: Life
  supersede: () => void
  /** Runs while there is no pipe. */
  window: Subscription | undefined
}

/**
 * Sessions that this end has announced with its verdicts, and that have not begun here: the far end's verdicts are missing.
 *
 * The far end may have begun such a session alone. So it is kept as one that has begun is, and what is missing is said again
 * over the next pipe. A far end comes this far with the proof alone: a stranger leaves nothing here.
 *
 * @see proto/README.md, "Resumption"
 */
export class Announcements {
  /** By id, the longest without a pipe first. */
  private readonly entries = new Map<string, Entry>()

  /** @param lost - of one that was kept without a pipe, and is not any more: with what broke its pipe, or pushed it out */
  constructor(
    private readonly scheduler: SchedulerLike,
    private readonly lost: (error: unknown) => void,
  ) {}

  /**
   * This end announces a session, over its first pipe or over a newer one.
   *
   * @returns its id, by which it is spoken of from here on
   */
  add({ supersede, ...session }: Announcement): string {
    const id = hex(session.keys.id)
    const life = this.entries.get(id)?.life ?? handshaking
    this.drop(id)
    this.entries.set(id, { session, life: stepLife(life, { _tag: 'Announced' })[0], supersede, window: undefined })
    return id
  }

  /** The session that a far end asks for, if it is one of these. */
  kept({ session }: ResumeAsked): Kept | undefined {
    return this.entries.get(hex(session))?.session
  }

  /** What the end that dials asks for with its next pipe: the one whose pipe broke last. */
  ask(): Asks | undefined {
    const entry = [...this.entries.values()].filter(isWaiting).at(-1)
    if (entry === undefined) return undefined
    const epoch = entry.session.epoch + 1
    const session = (entry.session = { ...entry.session, epoch })
    return { asked: { session: session.keys.id, epoch, position: 0, lacksVerdicts: true }, session }
  }

  /**
   * A newer pipe takes over: lets go of the one at hand.
   *
   * @returns whether the session is one of these
   */
  takeOver({ session, epoch }: ResumeAsked): boolean {
    const id = hex(session)
    const entry = this.entries.get(id)
    if (entry === undefined) return false
    this.on(id, { _tag: 'Frozen' })
    entry.session = { ...entry.session, epoch }
    entry.supersede()
    return true
  }

  /**
   * Something happens to its pipe.
   *
   * @returns whether the session waits for another one now
   */
  on(id: string, event: LifeEvent): boolean {
    const entry = this.entries.get(id)
    if (entry === undefined) return false
    const [life, commands] = stepLife(entry.life, event)
    entry.life = life
    for (const command of commands) {
      if (command._tag === 'Detach') this.wait(id, entry, command.error)
      // begun, or over: either way it is none of these any more
      else this.drop(id)
    }
    return isWaiting(entry)
  }

  /** How many wait for another pipe. */
  get waiting(): number {
    return [...this.entries.values()].filter(isWaiting).length
  }

  /**
   * Gives up the one that has waited longest.
   *
   * @returns whether there was one
   */
  forgetOldest(error: unknown): boolean {
    const oldest = [...this.entries].find(([, entry]) => isWaiting(entry))
    if (oldest === undefined) return false
    this.lose(oldest[0], error)
    return true
  }

  /** Gives up all of them, without a word. */
  clear(): void {
    for (const id of [...this.entries.keys()]) this.drop(id)
  }

  private wait(id: string, entry: Entry, error: unknown): void {
    this.drop(id)
    entry.window = this.scheduler.schedule(() => this.lose(id, error), entry.session.windowMs)
    this.entries.set(id, entry)
  }

  private lose(id: string, error: unknown): void {
    this.on(id, { _tag: 'Lost', error })
    this.lost(error)
  }

  private drop(id: string): void {
    this.entries.get(id)?.window?.unsubscribe()
    this.entries.delete(id)
  }
}

const isWaiting = ({ life }: Entry): boolean => life._tag === 'Announced' && !life.attached
