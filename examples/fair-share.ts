import {
  concat,
  forkJoin,
  groupBy,
  ignoreElements,
  last,
  map,
  merge,
  mergeMap,
  type Observable,
  range,
  switchMap,
  take,
  timer,
} from 'rxjs'
import { answer, contract, int32, merged, peer, type Pipe, request } from 'sluice'
import { bind, type ConnectionKey, dial } from 'sluice/node'

/** A greedy client sends 100 jobs, a modest one 3: calls are grouped by client, and each client has its turn. */

const Workshop = contract('demo.Workshop', {
  work: request(int32, int32),
})

/** A job takes 5 ms. */
const work = (job: number): Observable<number> => timer(5).pipe(map(() => job))

const callsOf = (pipes$: Observable<Pipe>) => merged(pipes$.pipe(peer({ serves: Workshop })), 'work')

type Calls = ReturnType<typeof callsOf>
type Serve = (calls$: Calls) => Observable<unknown>

/** Two jobs at a time, in the order in which they came. */
const firstComeFirstServed: Serve = calls$ => calls$.pipe(answer(work, { concurrency: 2 }))

/** One job of each client at a time. */
const fairShare: Serve = calls$ =>
  calls$.pipe(
    groupBy(call => call.peer),
    mergeMap(callsOfOne$ => callsOfOne$.pipe(answer(work, { concurrency: 1 }))),
  )

/** Sends its jobs at once, and tells how long it took until the last was done, in milliseconds. */
const client = (key: ConnectionKey, jobs: number): Observable<number> =>
  dial(key).pipe(
    peer({ uses: Workshop }),
    switchMap(workshop => {
      const begun = performance.now()
      const done$ = range(0, jobs).pipe(
        mergeMap(job => workshop.remote.work(job)),
        last(null, undefined),
        map(() => performance.now() - begun),
      )
      return concat(done$, workshop.close())
    }),
  )

const compare = (name: string, serve: Serve): Observable<string> =>
  bind().pipe(
    switchMap(({ key, pipes$ }) =>
      merge(
        serve(callsOf(pipes$)).pipe(ignoreElements()),
        // the modest one comes when the greedy one's jobs are there already
        forkJoin({ greedy: client(key, 100), modest: timer(50).pipe(switchMap(() => client(key, 3))) }),
      ),
    ),
    take(1),
    map(({ greedy, modest }) => {
      const ms = (time: number) => `${Math.round(time).toString().padStart(4)} ms`
      return `${name.padEnd(24)} greedy client, 100 jobs: ${ms(greedy)}   modest client, 3 jobs: ${ms(modest)}`
    }),
  )

concat(compare('first come, first served', firstComeFirstServed), compare('fair share', fairShare)).subscribe(line =>
  console.log(line),
)
