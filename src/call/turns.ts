import type { SchedulerLike, Subscription } from 'rxjs'

/** Something that has more to send, and can wait. */
export interface Sender {
  /** Sends what may be sent now; called when it is its turn. */
  pump(): void
}

/** What may be sent in one go before others have their turn: 4 MiB, or 8,192 small frames. */
const burst = 4 * 1024 * 1024
const frameCost = 512

/**
 * Who sends alone begins with another burst where less time than that has passed since the event loop had its turn, in milliseconds.
 *
 * Measured: the shortest pause is a timer's of one millisecond, and 8,192 small items take half of that. With one burst a pause there
 * were 6.8 M items a second at most, while both ends were idle for a third of the time; with more 11.2 M.
 */
const shortGo = 2

/** A clock may stand still. */
const mostBursts = 4

/**
 * Whose turn it is to send, of those who can wait.
 *
 * They wait while the pipe is full, and, so that a pipe that is never full does not hold up the rest of the program,
 * once enough was sent without a pause. Whoever has more to send after its turn goes to the end of the line; where there is no line,
 * its turn may last a little longer.
 */
export class Turns {
  private readonly line = new Set<Sender>()
  private writable = true
  private spent = 0
  /** Bursts before the one at hand since the last pause, and when the first one began. */
  private bursts = 0
  private since = 0
  private running = false
  private pause: Subscription | undefined = undefined

  constructor(private readonly scheduler: SchedulerLike) {}

  /** Whether the pipe is full. */
  get full(): boolean {
    return !this.writable
  }

  /** Whether whoever can wait is to wait. */
  get busy(): boolean {
    return !this.writable || (this.spent >= burst && !this.goesOn())
  }

  /** Counts a payload that was sent. */
  spend(bytes: number): void {
    if (this.spent === 0) {
      this.since = this.scheduler.now()
      this.pause = this.scheduler.schedule(this.paused)
    }
    this.spent += bytes + frameCost
  }

  /** Puts a sender at the end of the line, unless it stands there already. */
  wait(sender: Sender): void {
    this.line.add(sender)
  }

  /** The same, and begins at once when nothing is in the way. */
  take(sender: Sender): void {
    this.line.add(sender)
    this.run()
  }

  /** The sender has nothing more to send. */
  forgo(sender: Sender): void {
    this.line.delete(sender)
  }

  /**
   * The pipe is full, or has room again.
   *
   * @param first - goes before whoever waits in line
   */
  setWritable(writable: boolean, first: () => void): void {
    this.writable = writable
    if (!writable) return
    first()
    this.run()
  }

  /** Nobody will have a turn any more. */
  stop(): void {
    this.line.clear()
    this.pause?.unsubscribe()
  }

  /** Begins with another burst, where nobody waits for the end of this one and the event loop does not wait for long. */
  private goesOn(): boolean {
    if (this.line.size > 0 || this.bursts >= mostBursts - 1) return false
    if (this.scheduler.now() - this.since >= shortGo) return false
    this.bursts++
    this.spent = 1 // at 0 the next pause would be waited for
    return true
  }

  private readonly paused = (): void => {
    this.spent = 0
    this.bursts = 0
    this.run()
  }

  private run(): void {
    if (this.running) return
    this.running = true
    // a set that grows while it is gone through is gone through to its new end
    for (const sender of this.line) {
      if (this.busy) break
      this.line.delete(sender)
      sender.pump()
    }
    this.running = false
  }
}
