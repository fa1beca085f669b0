import { SingleBar } from 'cli-progress'
import { auditTime, connect, filter, ignoreElements, merge, type MonoTypeOperatorFunction, Observable, tap } from 'rxjs'
import { inShort } from './report.js'
import type { Totals } from './totals.js'

/** A bar; it goes when the totals end or are given up. */
const asBar: MonoTypeOperatorFunction<Totals> = totals$ =>
  new Observable(subscriber => {
    const bar = new SingleBar({
      format: '{bar} {percentage} %  {text}',
      barCompleteChar: '█',
      barIncompleteChar: '░',
      barsize: 30,
      fps: 20,
      stream: process.stdout,
      hideCursor: true,
      clearOnComplete: true,
      gracefulExit: false, // Ctrl-C unsubscribes, and that ends the bar
    })
    bar.start(1, 0, { text: 'counting the files, starting the child' })
    subscriber.add(() => bar.stop())
    return totals$
      .pipe(
        tap({
          next: totals => {
            if (totals.counted > 0) bar.setTotal(totals.counted)
            bar.update(totals.files, { text: inShort(totals) })
          },
          // before anybody prints what comes of it
          error: () => bar.stop(),
          complete: () => bar.stop(),
        }),
      )
      .subscribe(subscriber)
  })

/** A line every second, without control characters. */
const asLines: MonoTypeOperatorFunction<Totals> = connect(totals$ =>
  merge(
    totals$,
    totals$.pipe(
      auditTime(1_000),
      filter(({ end }) => end === undefined),
      tap(totals => console.log(inShort(totals))),
      ignoreElements(),
    ),
  ),
)

/** Mirrors the totals, and shows how far they are. */
export const showProgress = (isTerminal: boolean): MonoTypeOperatorFunction<Totals> => (isTerminal ? asBar : asLines)
