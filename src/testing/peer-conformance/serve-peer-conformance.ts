import type * as t from 'io-ts'
import {
  catchError,
  ignoreElements,
  map,
  merge,
  mergeMap,
  NEVER,
  of,
  reduce,
  take,
  tap,
  throwError,
  type Observable,
  type OperatorFunction,
} from 'rxjs'
import { answer } from '../../call/answer.js'
import type { AnyCall } from '../../call/call.js'
import { TaggedError } from '../../error/tagged-error.js'
import { peer } from '../../peer/peer.js'
import type { PeerOptions } from '../../peer/peer-options.js'
import type { Peer } from '../../peer/peer-types.js'
import type { Pipe } from '../../pipe/pipe.js'
import { tagOf } from '../conformance/check.js'
import { peerConformanceContract, type Totals } from './peer-conformance-contract.js'

type Contract = typeof peerConformanceContract
type Far = Peer<Contract, Contract>

class Asked extends TaggedError<'Asked'> {
  readonly why = 'asked to'
  constructor() {
    super('Asked', 'it was asked to fail')
  }
}

const numbered = (n: number, size: number): Uint8Array =>
  Uint8Array.from({ length: size }, (_, i) => (i < 4 ? (n >>> (8 * i)) & 255 : 0))

/** Items that are pulled, so none is lost or waits; by hand, since a generator cannot be let go of while it waits. */
const counted = (items: number, size: number, end: string): AsyncIterable<Uint8Array> => ({
  [Symbol.asyncIterator]: () => {
    let n = 0
    return {
      next: () => {
        if (n < items) return Promise.resolve({ value: numbered(n++, size) })
        if (end === 'fail') return Promise.reject(new Asked())
        return end === 'complete' ? Promise.resolve({ done: true, value: undefined }) : new Promise(() => undefined)
      },
      return: () => Promise.resolve({ done: true, value: undefined }),
    }
  },
})

const asked = (how: string, call: Pick<AnyCall, 'deadline' | 'metadata'>): Observable<string> => {
  switch (how) {
    case 'fail':
      return throwError(() => new Asked())
    case 'defect':
      return throwError(() => new RangeError('it was asked to throw'))
    case 'deadline':
      return of(call.deadline === undefined ? 'none' : String(Math.max(0, Math.round(call.deadline - Date.now()))))
    case 'metadata':
      return of(call.metadata.word ?? 'none')
    case 'hello':
      return of(how)
    default:
      return NEVER
  }
}

const utf8 = new TextEncoder()

const added = (sum: t.TypeOf<typeof Totals>, item: Uint8Array): t.TypeOf<typeof Totals> => ({
  items: sum.items + 1,
  bytes: sum.bytes + item.length,
})

/** The names of failures on the wire, for those that `back` may come to see. */
const codeOf = (error: unknown): string => {
  const { failure } = error as { readonly failure?: { readonly why?: unknown } }
  const tag = tagOf(error)
  return tag === 'Failure' ? `FAILURE: ${String(failure?.why)}` : tag.toUpperCase()
}

const called = ({ remote }: Far, task: string): Observable<string> => {
  switch (task) {
    case 'echo':
      return remote.echo(utf8.encode('there and back')).pipe(map(bytes => new TextDecoder().decode(bytes)))
    case 'ask':
      return remote.ask('fail')
    case 'count':
      return remote.count({ items: 10, size: 8, end: 'complete' }, { credit: { items: 4, bytes: 1_000 } }).pipe(
        reduce(sum => sum + 1, 0),
        map(items => `${items} items`),
      )
    case 'sum':
      return remote
        .sum(Array.from({ length: 10 }, () => new Uint8Array(10)))
        .pipe(map(({ items, bytes }) => `${items} items, ${bytes} bytes`))
    case 'cancel':
      return remote.count({ items: 1_000, size: 8, end: 'never' }, { credit: { items: 1, bytes: 1_000 } }).pipe(
        take(1),
        map(() => 'cancelled'),
      )
    case 'deadline':
      return remote.ask('never', { timeout: 100 })
    default:
      return throwError(() => new RangeError(`back knows no ${task}`))
  }
}

const serve = (far: Far): Observable<unknown> => {
  const { incoming } = far
  const notes: string[] = []
  const noted = ({ method, cancelled$ }: Pick<AnyCall, 'method' | 'cancelled$'>): void =>
    void cancelled$.subscribe({ next: () => notes.push(`cancelled ${method}`), error: () => undefined })
  return merge(
    incoming.echo.pipe(answer(bytes => bytes)),
    incoming.ask.pipe(
      tap(call => noted(call)),
      answer((how, call) => asked(how, call)),
    ),
    incoming.count.pipe(
      tap(call => noted(call)),
      answer(({ items, size, end }) => counted(items, size, end)),
    ),
    incoming.sum.pipe(
      tap(call => noted(call)),
      answer(items$ => items$.pipe(reduce(added, { items: 0, bytes: 0 }))),
    ),
    incoming.idle.pipe(
      tap(call => noted(call)),
      answer(() => NEVER),
    ),
    incoming.early.pipe(
      answer(items$ =>
        items$.pipe(
          take(1),
          map(() => 'enough'),
        ),
      ),
    ),
    incoming.chat.pipe(
      tap(call => noted(call)),
      answer(items$ => items$),
    ),
    incoming.note.pipe(answer(text => void notes.push(text))),
    incoming.notes.pipe(answer(() => notes.join('\n'))),
    incoming.back.pipe(answer(task => called(far, task).pipe(catchError((error: unknown) => of(codeOf(error)))))),
  )
}

/** How {@link servePeerConformance} is set up: what its peer is told beside the contract. */
export type ServePeerConformanceOptions = Omit<PeerOptions<never, never>, 'serves' | 'uses'>

/**
 * A peer that the list of `peerConformanceCases` can be run against: an operator that does what the contract says on all pipes
 * of a transport.
 *
 * It is what a peer in another language does in its own way. Takes in frames of 256 KiB, messages of 1 MiB and 64 calls unless told otherwise: low, so that
 * its limits are soon reached. Emits nothing, and ends as the transport does.
 *
 * @example
 * ```ts
 * const { dial, pipes$ } = memoryPipes()
 * pipes$.pipe(servePeerConformance()).subscribe()
 * ```
 */
export const servePeerConformance =
  (options: ServePeerConformanceOptions = {}): OperatorFunction<Pipe, never> =>
  pipes$ =>
    pipes$.pipe(
      peer({
        ...options,
        limits: { frameBytes: 256 * 1024, messageBytes: 1024 * 1024, calls: 64, ...options.limits },
        serves: peerConformanceContract,
        uses: peerConformanceContract,
      }),
      mergeMap(serve),
      ignoreElements(),
    )
