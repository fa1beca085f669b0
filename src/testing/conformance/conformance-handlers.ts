import {
  concat,
  defer,
  finalize,
  ignoreElements,
  map,
  NEVER,
  type Observable,
  of,
  range,
  reduce,
  take,
  tap,
  throwError,
  timer,
} from 'rxjs'
import type { AnyCall } from '../../call/call.js'
import { paced } from '../../call/paced.js'
import type { Remote } from '../../call/remote.js'
import { TaggedError } from '../../error/tagged-error.js'
import type { NoContract, Peer } from '../../peer/peer-types.js'
import type { conformanceContract, Item, Production, Task } from './conformance-contract.js'
import type { Entry, Ledger } from './ledger.js'
import { patterned } from './patterned.js'

/** An end of a conformance run, as the other sees it. */
export type ConformancePeer = Peer<typeof conformanceContract, typeof conformanceContract | NoContract>

/** The failure of the contract, as an error. */
class Troubled extends TaggedError<'Trouble'> {
  constructor(readonly at: number) {
    super('Trouble', `it was asked to fail at ${at}`)
  }
}

const defect = () => new RangeError('it was asked to throw')

/** Notes that a call's work has begun, and that it has ended; and, apart from that, that its caller gave up. */
const begin = (entry: Entry, { cancelled$ }: Pick<AnyCall, 'cancelled$'>): (() => void) => {
  entry.begun += 1
  cancelled$.subscribe({ next: () => (entry.cancelled += 1), error: () => undefined })
  return () => void (entry.over += 1)
}

const failing = ({ end, items }: Production): Error => (end === 'fail' ? new Troubled(items) : defect())

/** How many items there are; without an end there are more than anybody takes. */
const countOf = ({ items }: Production): number => (items < 0 ? Infinity : items)

/** An iterator by hand: one that a generator makes has nothing to undo before it is asked for the first time. */
const pulled = (production: Production, entry: Entry, over: () => void): IterableIterator<Item> => {
  const filler = patterned(production.bytes)
  const count = countOf(production)
  let n = 0
  const done = (): IteratorResult<Item> => {
    if (n >= 0) over()
    n = -1
    return { done: true, value: undefined }
  }
  return {
    [Symbol.iterator]() {
      return this
    },
    next: () => {
      if (n >= 0 && n < count) {
        entry.sent += 1
        return { value: { n: n++, filler } }
      }
      const result = done()
      if (production.end !== 'complete') throw failing(production)
      return result
    },
    return: done,
  }
}

const pushed = (production: Production, entry: Entry, over: () => void): Observable<Item> => {
  const filler = patterned(production.bytes)
  const numbers$ = production.source === 'timed' ? timer(0, 1) : range(0, Math.min(countOf(production), 1e9))
  const after$ = { complete: of(), never: NEVER, fail: NEVER, defect: NEVER }[production.end]
  const items$ = numbers$.pipe(
    take(countOf(production)),
    map(n => ({ n, filler })),
    tap(() => (entry.sent += 1)),
  )
  const failed$ =
    production.end === 'fail' || production.end === 'defect' ? throwError(() => failing(production)) : after$
  return concat(items$, failed$).pipe(finalize(over))
}

/** Produces as it is told. */
export const produce = (production: Production, call: AnyCall, ledger: Ledger): Iterable<Item> | Observable<Item> => {
  const entry = ledger.of(production.key)
  const over = begin(entry, call)
  const isPulled = production.source === 'pulled' && production.end !== 'never'
  return isPulled ? pulled(production, entry, over) : pushed(production, entry, over)
}

/** Answers as it is told. */
export const ask = (task: Task, call: AnyCall, ledger: Ledger): Observable<string> =>
  defer(() => {
    const entry = ledger.of(task.key)
    const over = begin(entry, call)
    return answerTo(task, call).pipe(finalize(over))
  })

const answerTo = ({ key, how, ms }: Task, call: AnyCall): Observable<string> => {
  switch (how) {
    case 'atOnce':
      return of(key)
    case 'later':
      return timer(ms).pipe(map(() => key))
    case 'unended':
      return concat(of(key), NEVER)
    case 'fail':
      return throwError(() => new Troubled(ms))
    case 'defect':
      return throwError(() => defect())
    case 'patience':
      return of(call.deadline === undefined ? 'none' : String(Math.round(call.deadline - Date.now())))
    case 'metadata':
      return of(JSON.stringify(call.metadata))
    case 'never':
    case 'twice':
    case 'late':
    case 'unanswered':
      return NEVER
    default:
      how satisfies never
      return NEVER
  }
}

/** Breaks the rules of handlers as it is told; `true` when that was all there was to do. */
export const misbehave = ({ key, how, ms }: Task, call: AnyCall, ledger: Ledger): boolean => {
  const entry = ledger.of(key)
  const attempt = (text: string) => {
    try {
      call.reply(text)
      entry.notes.push(`replied ${text}`)
    } catch (error) {
      entry.notes.push((error as Error).name)
    }
  }
  switch (how) {
    case 'twice':
      attempt('once')
      attempt('twice')
      return true
    case 'late':
      // its caller has given up long before
      timer(ms).subscribe({ next: () => attempt('late'), error: () => undefined })
      return true
    case 'unanswered':
      return true
    default:
      return false
  }
}

const numberIn = (call: AnyCall, name: string, otherwise: number): number => {
  const text = call.metadata[name]
  return text === undefined ? otherwise : Number(text)
}

/**
 * Takes items as they come and passes them on; with `everyMs` or `holds` one at a time, each for so many milliseconds, and
 * all after the first `holds` for ever.
 */
const taking = (items$: Remote<Item>, call: AnyCall, entry: Entry): Observable<Item> => {
  const everyMs = numberIn(call, 'everyMs', 0)
  const holds = numberIn(call, 'holds', Infinity)
  const taken$ = items$.pipe(tap(() => (entry.taken += 1)))
  if (everyMs === 0 && holds === Infinity) return taken$
  const work = (item: Item, index: number): Observable<Item> =>
    index >= holds ? NEVER : timer(everyMs).pipe(map(() => item))
  return taken$.pipe(paced(work, 1))
}

/** Collects items; `most` in the call's metadata: answers after so many. */
export const collect = (
  items$: Remote<Item>,
  call: AnyCall,
  ledger: Ledger,
): Observable<{ readonly items: number; readonly bytes: number; readonly inOrder: boolean }> => {
  const entry = ledger.of(call.metadata.key ?? '')
  const over = begin(entry, call)
  return taking(items$, call, entry).pipe(
    take(numberIn(call, 'most', Infinity)),
    reduce(
      (sum, { n, filler }) => ({
        items: sum.items + 1,
        bytes: sum.bytes + filler.length,
        inOrder: sum.inOrder && n === sum.items,
      }),
      { items: 0, bytes: 0, inOrder: true },
    ),
    finalize(over),
  )
}

/**
 * Takes items and gives some, as `mode` in the call's metadata has it: `echo` gives them back, `after` gives five once the
 * last has come, `until` gives them back and ends after `most`.
 */
export const converse = (items$: Remote<Item>, call: AnyCall, ledger: Ledger): Observable<Item> => {
  const entry = ledger.of(call.metadata.key ?? '')
  const over = begin(entry, call)
  const taken$ = taking(items$, call, entry)
  const given$ = {
    echo: taken$,
    until: taken$.pipe(take(numberIn(call, 'most', 1))),
    after: concat(taken$.pipe(ignoreElements()), range(0, 5).pipe(map(n => ({ n, filler: patterned(0) })))),
  }[call.metadata.mode ?? 'echo']
  return (given$ ?? taken$).pipe(
    tap(() => (entry.sent += 1)),
    finalize(over),
  )
}
