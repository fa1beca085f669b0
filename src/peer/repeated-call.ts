import type { SchedulerLike } from 'rxjs'
import { noFlow, type Consumer, type Flow } from '../call/consumer.js'

/** Whether a call failed only because its session was lost. */
export const isSessionLost = (error: unknown): boolean =>
  (error as { readonly _tag?: unknown } | undefined)?._tag === 'SessionLost'

/**
 * A call that is made again when its session is lost: to its consumer it is one call.
 *
 * An idempotent request is asked again as it was; a stream asks for the rest, as its contract says.
 */
export class RepeatedCall implements Flow, Consumer<unknown> {
  private flow: Flow = noFlow
  private input: unknown = undefined
  private last: { readonly value: unknown } | undefined = undefined
  private closed = false
  declare readonly paced?: true

  /**
   * @param open - makes the call, with so many milliseconds left
   * @param resumeFrom - how to ask for the rest, given what was asked and the last item
   * @param deadline - when its time is over, by the scheduler's clock; `Infinity`: never
   */
  constructor(
    private readonly open: (input: unknown, leftMs: number, consumer: Consumer<unknown>) => Flow,
    private readonly resumeFrom: ((request: unknown, last: unknown) => unknown) | undefined,
    private readonly scheduler: SchedulerLike,
    private readonly deadline: number,
    private readonly consumer: Consumer<unknown>,
  ) {
    if (consumer.paced === true) this.paced = true
  }

  start(input: unknown): this {
    this.input = input
    const left = this.deadline === Infinity ? Infinity : Math.max(0, this.deadline - this.scheduler.now())
    const flow = this.open(input, left, this)
    // it may have been made again, or have ended, by the time that `open` returns
    if (this.flow === noFlow) this.flow = flow
    return this
  }

  next(value: unknown, size: number): void {
    if (this.resumeFrom !== undefined) this.last = { value }
    this.consumer.next(value, size)
  }

  error(error: unknown): void {
    if (this.closed || !isSessionLost(error)) {
      this.consumer.error(error)
      return
    }
    this.flow = noFlow
    let { input } = this
    if (this.resumeFrom !== undefined && this.last !== undefined) {
      try {
        input = this.resumeFrom(input, this.last.value)
      } catch (thrown) {
        this.consumer.error(thrown)
        return
      }
      this.last = undefined
    }
    this.start(input)
  }

  complete(): void {
    this.consumer.complete()
  }

  consumed(size: number): void {
    this.flow.consumed(size)
  }

  unsubscribe(): void {
    this.closed = true
    this.flow.unsubscribe()
  }
}
