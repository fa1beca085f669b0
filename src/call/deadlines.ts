import type { SchedulerLike, Subscription } from 'rxjs'

/** Platforms know no longer one: past it they ring at once, again and again. Ringing early is looked at, and waited on. */
const longestTimer = 0x7fff_ffff

/**
 * One timer for all deadlines of a connection: it is set to the earliest, and whoever is late is found by a sweep.
 *
 * So a call costs a comparison, not a timer.
 */
export class Deadlines {
  private timer: Subscription | undefined = undefined
  private timerAt = Infinity
  private stopped = false

  /**
   * @param scheduler - clock to measure by
   * @param sweep - ends what is due at `now`, and says when the next deadline is; `Infinity`: none
   */
  constructor(
    private readonly scheduler: SchedulerLike,
    private readonly sweep: (now: number) => number,
  ) {}

  /** Makes sure that a sweep happens at that time. */
  watch(at: number): void {
    if (at >= this.timerAt || this.stopped) return
    this.timer?.unsubscribe()
    this.timerAt = at
    const ms = Math.max(0, at - this.scheduler.now())
    this.timer = this.scheduler.schedule(this.ring, Math.min(ms, longestTimer))
  }

  stop(): void {
    this.stopped = true
    this.timer?.unsubscribe()
  }

  private readonly ring = (): void => {
    this.timer = undefined
    this.timerAt = Infinity
    const next = this.sweep(this.scheduler.now())
    if (next < Infinity) this.watch(next)
  }
}
