import * as t from 'io-ts'
import {
  bufferTime,
  concat,
  filter,
  forkJoin,
  ignoreElements,
  map,
  merge,
  mergeMap,
  type Observable,
  range,
  reduce,
  switchMap,
  take,
  tap,
  timer,
} from 'rxjs'
import { contract, int32, merged, peer, type Pipe, request } from 'sluice'
import { bind, type ConnectionKey, dial } from 'sluice/node'

/** 1,000 single look-ups from four clients become a few bulk look-ups: incoming calls are a stream, so `bufferTime` fits. */

const Directory = contract('demo.Directory', {
  lookUp: request(int32, t.string),
})

const clients = 4
const lookUpsOfEach = 250

/** Takes as long for many as for one. */
const bulkLookUp = (ids: readonly number[]): Observable<ReadonlyMap<number, string>> =>
  timer(10).pipe(
    tap(() => console.log(`one bulk look-up of ${ids.length} ids`)),
    map(() => new Map(ids.map(id => [id, `person ${id}`]))),
  )

/** Answers what has come in within 20 ms, whoever sent it, by one bulk look-up. */
const server = (pipes$: Observable<Pipe>): Observable<unknown> =>
  merged(pipes$.pipe(peer({ serves: Directory })), 'lookUp').pipe(
    bufferTime(20),
    filter(calls => calls.length > 0),
    mergeMap(calls =>
      bulkLookUp(calls.map(call => call.request)).pipe(
        tap(names => calls.forEach(call => call.reply(names.get(call.request) ?? 'nobody'))),
      ),
    ),
  )

/** Looks up its ids one by one, knows nothing of batches, and counts the right answers. */
const client = (key: ConnectionKey, number: number): Observable<number> =>
  dial(key).pipe(
    peer({ uses: Directory }),
    switchMap(directory => {
      const right$ = range(number * lookUpsOfEach, lookUpsOfEach).pipe(
        mergeMap(id => directory.remote.lookUp(id).pipe(filter(name => name === `person ${id}`))),
        reduce(count => count + 1, 0),
      )
      return concat(right$, directory.close())
    }),
  )

bind()
  .pipe(
    switchMap(({ key, pipes$ }) =>
      merge(
        server(pipes$).pipe(ignoreElements()),
        forkJoin(Array.from({ length: clients }, (_, number) => client(key, number))),
      ),
    ),
    take(1),
  )
  .subscribe(counts => console.log(`${clients} clients got ${counts.reduce((a, b) => a + b)} right answers`))
