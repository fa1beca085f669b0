import type { SchedulerLike, Subscription } from 'rxjs'

/** Something that has more to send, and can wait. */
export interface Sender {
  /** Sends what may be sent now; called when it is its turn. */
  pump(): void
}

/** What may be sent in one go before the event loop has its turn: 4 MiB, or 8,192 small frames. */
const burst = 4 * 1024 * 1024
const frameCost = 512

/**
 * Whose turn it is to send, of those who can wait.
 *
 * They wait while the pipe is full, and, so that a pipe that is never full does not hold up the rest of the program,
 * once enough was sent without a pause. Whoever has more to send after its turn goes to the end of the line.
 */
export class Turns {
  private readonly line = new Set<Sender>()
  private writable = true
  private spent = 0
  private running = false
  private pause: Subscription | undefined = undefined

  constructor(private readonly scheduler: SchedulerLike) {}

  /** Whether the pipe is full. */
  get full(): boolean {
    return !this.writable
  }

  /** Whether whoever can wait is to wait. */
  get busy(): boolean {
    return !this.writable || this.spent >= burst
  }

  /** Counts a payload that was sent. */
  spend(bytes: number): void {
    if (this.spent === 0) this.pause = this.scheduler.schedule(this.paused)
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

  private readonly paused = (): void => {
    this.spent = 0
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
