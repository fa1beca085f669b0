import assert from 'node:assert/strict'
import test from 'ava'
import fc from 'fast-check'
import {
  catchError,
  EMPTY,
  interval,
  map,
  merge,
  mergeMap,
  type Observable,
  of,
  take,
  takeUntil,
  tap,
  timer,
  zip,
} from 'rxjs'
import { linear, peer, type Peer, reconnect, type Transport } from 'sluice'
import {
  asRecorded,
  conversation,
  createMarbles,
  cutAt,
  record,
  Recorder,
  replayAgainst,
  several,
  toSpec,
  type ReplayOptions,
} from 'sluice/testing'
import { Kitchen } from '../../peer/kitchen.js'
import { answering, once } from './talk.js'

const marbles = createMarbles({ assertDeepEqual: assert.deepEqual })

/** One call that a client makes, when, and when it has enough of it. */
interface Plan {
  readonly at: number
  readonly kind: 'greet' | 'bake' | 'ticks' | 'weigh' | 'chat' | 'shout'
  readonly n: number
  readonly every: number
  readonly until: number
}

/**
 * Multiples of four milliseconds: what the wire does, and where it breaks, never happens in the same millisecond then. Which
 * of two things came first is all that a recording would not know.
 */
const fours = (most: number): fc.Arbitrary<number> => fc.nat(most).map(n => 4 * n)

const plan: fc.Arbitrary<Plan> = fc.record({
  at: fc.oneof(fc.constant(0), fours(30)),
  kind: fc.constantFrom('greet', 'bake', 'ticks', 'weigh', 'chat', 'shout'),
  n: fc.nat(12),
  every: fours(2),
  until: fc.oneof(fc.constant(1_000), fours(20)),
})

const spaced = <T>(values: readonly T[], ms: number): Observable<T> =>
  ms === 0 ? of(...values) : zip(of(...values), timer(0, ms)).pipe(map(([value]) => value))

const made = ({ remote }: Peer<typeof Kitchen>, { kind, n, every }: Plan): Observable<unknown> => {
  const numbers = Array.from({ length: n }, (_, i) => i)
  switch (kind) {
    case 'greet':
      return remote.greet(`guest ${n}`)
    case 'bake':
      return remote.bake(n - 3)
    case 'ticks':
      return remote.ticks(n)
    case 'weigh':
      return remote.weigh(spaced(numbers, every))
    case 'chat':
      return remote.chat(spaced(numbers.map(String), every))
    case 'shout':
      return remote.shout(`hey ${n}`)
  }
}

/** A client that carries a plan out. */
const carryingOut = (plans: readonly Plan[]) =>
  mergeMap((kitchen: Peer<typeof Kitchen>) =>
    merge(
      ...plans.map(each =>
        timer(each.at).pipe(
          mergeMap(() => made(kitchen, each).pipe(takeUntil(timer(each.until)))),
          catchError(() => EMPTY),
        ),
      ),
    ),
  )

const clientOf =
  (plans: readonly Plan[]) =>
  (pipes$: Transport): Observable<unknown> =>
    pipes$.pipe(reconnect(linear({ every: 15 }), { afterGoodbye: false }), peer({ uses: Kitchen }), carryingOut(plans))

const server = (pipes$: Transport): Observable<unknown> =>
  pipes$.pipe(
    peer({ serves: Kitchen }),
    answering({
      greet: (name: string) => timer(4).pipe(map(() => `hello, ${name}`)),
      bake: (n: number) =>
        timer(4 * Math.abs(n)).pipe(
          map(() => {
            if (n < 0) throw { _tag: 'OutOfBread', left: -n }
            return `baked ${n}`
          }),
        ),
      ticks: (count: number) => interval(4).pipe(take(count)),
    }),
  )

/** Has the conversation, over a wire that breaks once where that is asked for, and records it at both ends. */
const recordedBoth = (plans: readonly Plan[], cut: number | undefined): Record<'dialled' | 'accepted', Uint8Array> => {
  let recorders: readonly Recorder[] = []
  marbles(
    ({ wire, run }) => {
      const near = new Recorder({ contracts: Kitchen })
      const far = new Recorder({ contracts: Kitchen })
      recorders = [near, far]
      const { dial, pipes$ } = wire(cut === undefined ? {} : { left: once(cutAt({ when: timer(cut) })) })
      run(server(pipes$.pipe(map(record(far)))))
      run(clientOf(plans)(dial.pipe(map(record(near)))).pipe(takeUntil(timer(400))))
    },
    { end: 500 },
  )
  const [near, far] = recorders as [Recorder, Recorder]
  return { dialled: near.file(), accepted: far.file() }
}

/** How a recording fares against an end. */
const outcomeOf = (
  end: (pipes$: Transport) => Observable<unknown>,
  recording: Parameters<typeof replayAgainst>[1],
  options: ReplayOptions,
): string => {
  const outcomes: string[] = []
  marbles(({ run }) =>
    run(
      replayAgainst(end, recording, options).pipe(
        take(1),
        tap(outcome => outcomes.push(outcome)),
      ),
    ),
  )
  return outcomes.join() || 'it never ended'
}

const plans = fc.array(plan, { maxLength: 6 })
const cuts = fc.option(
  fours(30).map(ms => 29 + ms),
  { nil: undefined },
)

test('whatever was said is said again: a recording replays against the end that it was recorded with', t => {
  t.timeout(120_000)
  t.notThrows(() =>
    fc.assert(
      fc.property(plans, cuts, (had, cut) => {
        const files = recordedBoth(had, cut)
        for (const recordedAt of ['dialled', 'accepted'] as const)
          for (const pace of ['recorded', 'fast'] as const) {
            // what an end does by its own clock while it has no pipe, it does at another time when nothing is waited for
            if (pace === 'fast' && cut !== undefined) continue
            const where = `recorded at the end that ${recordedAt}, ${pace}`
            const file = files[recordedAt]
            // where the pipe breaks, it breaks as it did for the end that recorded it
            if (cut === undefined || recordedAt === 'dialled')
              assert.equal(
                outcomeOf(clientOf(had), file, { plays: 'accepted', pace }),
                'as recorded',
                `client, ${where}`,
              )
            if (cut === undefined || recordedAt === 'accepted')
              assert.equal(outcomeOf(server, file, { plays: 'dialled', pace }), 'as recorded', `server, ${where}`)
          }
      }),
      { numRuns: 80 },
    ),
  )
})

/** The conversation that a spec holds. */
const conversationIn = (spec: string): ReturnType<typeof conversation> => {
  const source = /const recorded = (conversation\([^]*?\]\))\n\n/.exec(spec)?.[1] ?? ''
  // the source is an expression that is JavaScript too
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- what is run was written here a moment ago
  const made = new Function('conversation', 'several', 'Kitchen', `return ${source}`) as (
    ...names: readonly unknown[]
  ) => ReturnType<typeof conversation>
  return made(conversation, several, Kitchen)
}

test('whatever was said can be written as a spec: its stand-in, and the end that was recorded, do what it says', t => {
  t.timeout(120_000)
  t.notThrows(() =>
    fc.assert(
      fc.property(plans, cuts, (had, cut) => {
        const files = recordedBoth(had, cut)
        for (const recordedAt of ['dialled', 'accepted'] as const) {
          const contract = { contract: Kitchen, name: 'Kitchen', module: './kitchen.js' }
          const client = conversationIn(toSpec(files[recordedAt], { contract, tests: 'dialled' }))
          const standIn = (pipes$: Transport) =>
            pipes$.pipe(peer({ uses: Kitchen }), mergeMap(asRecorded(client, 'dialled', Kitchen)))
          assert.equal(outcomeOf(standIn, client, { plays: 'accepted' }), 'as recorded', 'stands in for the client')
          const serving = conversationIn(toSpec(files[recordedAt], { contract, tests: 'accepted' }))
          const handlers = (pipes$: Transport) =>
            pipes$.pipe(peer({ serves: Kitchen }), mergeMap(asRecorded(serving, 'accepted', Kitchen)))
          assert.equal(outcomeOf(handlers, serving, { plays: 'dialled' }), 'as recorded', 'stands in for the server')
          assert.equal(outcomeOf(server, serving, { plays: 'dialled' }), 'as recorded', 'the server itself')
        }
      }),
      { numRuns: 80 },
    ),
  )
})
