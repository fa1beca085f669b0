import { Observable, Subject } from 'rxjs'
import { PipeError } from '../pipe/pipe-error.js'

/** The questions whether all that was sent before has arrived, and their answers. */
export class Pings {
  private readonly waiting = new Map<number, Subject<never>>()
  private token = 0

  /** @param send - asks; `false` when there is nobody to ask any more */
  constructor(private readonly send: (token: number) => boolean) {}

  /** Completes when the answer is back; fails when the session ends before. */
  ping(): Observable<never> {
    return new Observable(subscriber => {
      const pong = new Subject<never>()
      subscriber.add(pong.subscribe(subscriber))
      const token = (this.token = (this.token % 0xffff_ffff) + 1)
      this.waiting.set(token, pong)
      if (this.send(token)) return
      this.waiting.delete(token)
      pong.error(new PipeError('ended', 'the session has ended: there is nobody to write to'))
    })
  }

  /** An answer is there; one that nobody waits for is passed over. */
  answered(token: number): void {
    const pong = this.waiting.get(token)
    this.waiting.delete(token)
    pong?.complete()
  }

  /** No answer will come any more. */
  end(): void {
    const waiting = [...this.waiting.values()]
    this.waiting.clear()
    for (const pong of waiting)
      pong.error(new PipeError('ended', 'the session ended before all was known to have arrived'))
  }
}
