import type { SchedulerLike, Subscription } from 'rxjs'
import { longestWait } from './longest-wait.js'

/** How an end watches the other. */
export interface HeartbeatOptions {
  /** How often it asks to hear something, in milliseconds; 0: it does not watch. */
  readonly everyMs: number
  /** After how many silent intervals the other counts as gone. */
  readonly tolerance: number
}

/** Every five seconds; gone after three silent intervals. */
export const defaultHeartbeat: HeartbeatOptions = { everyMs: 5_000, tolerance: 3 }

/** However often the far end asks to hear something, in milliseconds: this often will do. */
const fastest = 10

/** What a heartbeat does to its session. */
export interface HeartbeatEffects {
  /** Say something, so that the far end hears us. */
  beat(): void
  /** The far end has been silent for too long. */
  silent(afterMs: number): void
}

/**
 * Keeps a session alive, and notices when its far end is not: stopped, half-open, or starved.
 *
 * Both ends beat as often as the other asks. Whatever is received counts as life. A tick that comes late says that this
 * end's own event loop was blocked: the far end may have spoken meanwhile, so that interval does not count.
 *
 * One timer; marking a frame costs an assignment.
 *
 * @see proto/README.md, "Liveness"
 */
export class Heartbeat {
  private heardSince = true
  private saidSince = true
  private silentTicks = 0
  private sinceBeat = 0
  private timer: Subscription | undefined = undefined
  private dueAt = 0
  private readonly period: number
  private readonly theirsEveryMs: number

  /**
   * @param ours - how this end watches
   * @param theirsEveryMs - how often the far end asks to hear something; 0: it does not
   */
  constructor(
    private readonly ours: HeartbeatOptions,
    theirsEveryMs: number,
    private readonly effects: HeartbeatEffects,
    private readonly scheduler: SchedulerLike,
  ) {
    this.theirsEveryMs = theirsEveryMs > 0 ? Math.max(fastest, theirsEveryMs) : 0
    const asked = [ours.everyMs, this.theirsEveryMs].filter(ms => ms > 0)
    this.period = asked.length === 0 ? 0 : longestWait(Math.min(...asked))
  }

  start(): void {
    if (this.period > 0) this.wait()
  }

  stop(): void {
    this.timer?.unsubscribe()
  }

  /** Something was received. */
  heard(): void {
    this.heardSince = true
  }

  /** Something was sent. */
  said(): void {
    this.saidSince = true
  }

  private wait(): void {
    this.dueAt = this.scheduler.now() + this.period
    this.timer = this.scheduler.schedule(this.tick, this.period)
  }

  private readonly tick = (): void => {
    const { period, ours } = this
    const wasBlocked = this.scheduler.now() - this.dueAt > period / 2
    if (this.heardSince || wasBlocked) this.silentTicks = 0
    else this.silentTicks++
    this.heardSince = false
    const silentMs = this.silentTicks * period
    if (ours.everyMs > 0 && silentMs >= ours.everyMs * ours.tolerance) {
      this.effects.silent(silentMs)
      return
    }
    this.sinceBeat += period
    if (this.saidSince) this.sinceBeat = 0
    if (this.theirsEveryMs > 0 && this.sinceBeat + period > this.theirsEveryMs) {
      this.sinceBeat = 0
      this.effects.beat()
    }
    this.saidSince = false
    this.wait()
  }
}
