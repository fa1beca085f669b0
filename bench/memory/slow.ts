import { setTimeout } from 'node:timers/promises'
import { count, EMPTY, lastValueFrom, type Observable, timer } from 'rxjs'
import { paced, type Remote } from 'sluice'

/** How a consumer takes its items. */
export type How = 'paced' | 'for await'

/** Items that take a millisecond each, before the consumer speeds up. */
const slowItems = 2_000

/** Takes all items of a call, the first of them slowly; gives their number. */
export const consume = async (
  call$: Remote<unknown>,
  how: How,
  seen: () => void = () => undefined,
): Promise<number> => {
  let taken = 0
  if (how === 'for await') {
    for await (const _ of call$) {
      seen()
      if (taken++ < slowItems) await setTimeout(1)
    }
    return taken
  }
  const work = (): Observable<unknown> => {
    seen()
    return taken++ < slowItems ? timer(1) : EMPTY
  }
  await lastValueFrom(call$.pipe(paced(work, 1), count()), { defaultValue: 0 })
  return taken
}

/** Samples resident memory every few milliseconds. */
export const watchMemory = () => {
  let most = process.memoryUsage.rss()
  const timer = setInterval(() => (most = Math.max(most, process.memoryUsage.rss())), 10)
  timer.unref()
  return {
    now: () => process.memoryUsage.rss() >> 10,
    most: () => Math.max(most, process.memoryUsage.rss()) >> 10,
    begin: () => (most = process.memoryUsage.rss()) >> 10,
  }
}
