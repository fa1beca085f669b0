import type { Observable, Subscription } from 'rxjs'
import type { Frame } from '../wire/frame.js'
import { costOf, frameCost } from './replay-log.js'

const defaultLimit = 128 * 1024 * 1024

/**
 * What has been written to a pipe that is full.
 *
 * Whatever can wait does, while a pipe is full. Answers and pongs cannot: a far end that asks and asks and never reads
 * would make them pile up.
 */
export class Unread {
  private full = false
  private bytes = 0
  private readonly subscription: Subscription

  /**
   * @param limit - in bytes
   * @param over - called once with what waits, in bytes, when that is more than the limit
   */
  constructor(
    writable$: Observable<boolean>,
    private readonly limit: number = defaultLimit,
    private readonly over: (bytes: number) => void,
  ) {
    this.subscription = writable$.subscribe({
      next: writable => {
        this.full = !writable
        this.bytes = 0
      },
      error: () => undefined,
    })
  }

  /** Counts a frame that was written. */
  wrote(frame: Frame): void {
    if (this.full) this.count(costOf(frame))
  }

  /** Counts a frame that carries a payload of so many bytes. */
  wrotePayload(bytes: number): void {
    if (this.full) this.count(frameCost + bytes)
  }

  private count(bytes: number): void {
    this.bytes += bytes
    if (this.bytes <= this.limit) return
    this.stop()
    this.over(this.bytes)
  }

  stop(): void {
    this.full = false
    this.subscription.unsubscribe()
  }
}
