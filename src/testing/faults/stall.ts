import { BehaviorSubject, combineLatest, distinctUntilChanged, map, Observable, Subject } from 'rxjs'
import type { Pipe } from '../../pipe/pipe.js'
import type { Fault } from './fault.js'
import { moments } from './moments.js'

/** What goes one way, in order, while it may go: a queue while it may not. */
class Gate {
  private isOpen = true
  private readonly waiting: (() => void)[] = []

  pass(work: () => void): void {
    if (this.isOpen) work()
    else this.waiting.push(work)
  }

  /** Lets go of what has waited, or holds back what comes from now on. */
  set(isOpen: boolean): void {
    this.isOpen = isOpen
    while (this.isOpen && this.waiting.length > 0) (this.waiting.shift() as () => void)()
  }
}

/**
 * Stops a pipe for a while, as a stopped process or a full buffer does: nothing gets through in either direction, `writable` is
 * false, and nobody is told. What was said meanwhile arrives when it goes on, in order, its end included. An abortion of this
 * end's is no word on the wire, and is not held up.
 *
 * @param diagram - the first letter stops the pipe, the second lets it go on, and so on in turn, from the subscription of `incoming`
 * on: `stall('50ms x 99ms o')` stops it for 100 ms, `stall('50ms x')` for ever
 */
export const stall = (diagram: string): Fault => {
  const turns$ = moments(diagram)
  return <In, Out>(pipe: Pipe<In, Out>): Pipe<In, Out> => {
    const open$ = new BehaviorSubject(true)
    const gates = [new Gate(), new Gate()] as const
    const [inward, outward] = gates
    const outgoing = new Subject<Out>()
    outgoing.subscribe({
      next: value => outward.pass(() => pipe.outgoing.next(value)),
      error: (error: unknown) => pipe.outgoing.error(error),
      complete: () => outward.pass(() => pipe.outgoing.complete()),
    })
    return {
      ...pipe,
      outgoing,
      writable: combineLatest([pipe.writable, open$]).pipe(
        map(([writable, open]) => writable && open),
        distinctUntilChanged(),
      ),
      incoming: new Observable<In>(subscriber => {
        const turn = (): void => {
          open$.next(!open$.value)
          for (const gate of gates) gate.set(open$.value)
        }
        subscriber.add(turns$.subscribe({ next: turn, error: (error: unknown) => subscriber.error(error) }))
        subscriber.add(
          pipe.incoming.subscribe({
            next: value => inward.pass(() => subscriber.next(value)),
            error: (error: unknown) => inward.pass(() => subscriber.error(error)),
            complete: () => inward.pass(() => subscriber.complete()),
          }),
        )
      }),
    }
  }
}
