import { ignoreElements, map, merge, mergeMap, tap, type Observable } from 'rxjs'
import { linear, peer, reconnect, serve, type Peer, type PeerOptions, type Pipe } from 'sluice'
import { draw, letters } from 'sluice/testing'
import { VirtualScheduler } from '../../src/testing/virtual-scheduler.js'
import { FrameReader } from '../../src/wire/frame-reader.js'
import { openBooks } from './books.js'
import { Caller, handlers } from './caller.js'
import { chanceOf, type Chance } from './chance.js'
import { Ledger } from './ledger.js'
import { Load } from './load.js'
import { lossyWire, type Toll } from './lossy-wire.js'

/** How one run went. */
export interface Outcome {
  readonly seed: number
  readonly calls: number
  readonly outcomes: Readonly<Record<string, number>>
  readonly toll: Toll
  /** Sessions that went on over another pipe, and that did not. */
  readonly resumed: number
  readonly lost: number
  /** What broke the model; empty: nothing. */
  readonly faults: readonly string[]
  /** Frames that each end sent, where they were recorded. */
  readonly diagrams: readonly string[]
}

interface Mark {
  readonly at: number
  readonly letter: string
}

const windowMs = 1_000
/** By then every call is over: the longest outage, and the longest call after it. */
const settledBy = 15_000

/** Writes down the frames that an end sends. */
const recorded = (marks: Mark[] | undefined, now: () => number) => (pipe: Pipe) => {
  if (marks === undefined) return pipe
  const reader = new FrameReader(Infinity, frame => void marks.push({ at: now(), letter: letters[frame._tag] }))
  pipe.outgoing.subscribe({
    next: bytes => reader.push(bytes),
    error: () => void marks.push({ at: now(), letter: '#' }),
    complete: () => void marks.push({ at: now(), letter: '|' }),
  })
  return pipe
}

const optionsFor = (chance: Chance) => ({
  random: chance.bytes,
  fragmentBytes: 1_000,
  buffer: { items: 10_000 },
  heartbeat: { everyMs: 100, tolerance: 3 },
  handshakeTimeout: 400,
  resume: {
    windowMs,
    ackEvery: chance.int(1, 40),
    ackAfterMs: chance.int(5, 60),
    replayBytes: chance.int(4_000, 100_000),
  },
})

/** Two ends with a mixed load over a wire that is cut again and again, in virtual time; the same for the same seed. */
export const runOnce = (seed: number, record = false): Outcome => {
  const chance = chanceOf(seed)
  const scheduler = new VirtualScheduler(() => undefined)
  const ledger = new Ledger()
  const books = openBooks()
  const marks: readonly (Mark[] | undefined)[] = record ? [[], []] : [undefined, undefined]
  const faults: string[] = []
  let toll: Toll | undefined
  let connected = 0
  let begun = 0
  let accepted = 0
  // how long the client was without the server, at most; it is so from the start
  let apartMs = 0
  let apartSince: number | undefined = 0
  scheduler.run(({ flush }) => {
    const now = () => scheduler.now()
    const outages = chance.is(0.25) ? chance.int(1, 3) : 0
    const wire = lossyWire(scheduler, chance, { cuts: chance.int(3, 9), outages, outageMs: chance.int(50, 2_500) })
    toll = wire.toll
    const options: PeerOptions<never, never> = optionsFor(chance)
    const serving = (far: Peer<typeof Load, typeof Load>): Observable<never> =>
      serve(
        far,
        handlers(() => ledger),
      ).pipe(ignoreElements())
    const server = wire.pipes$
      .pipe(
        map(recorded(marks[1], now)),
        peer({ ...options, serves: Load, uses: Load }),
        mergeMap(client => {
          accepted++
          new Caller(client, ledger, chance, scheduler, `server ${now()}`).start(chance.int(0, 6), 600)
          return serving(client)
        }),
      )
      .subscribe()
    const client = wire.dial
      .pipe(
        map(recorded(marks[0], now)),
        reconnect(linear({ every: chance.int(5, 60) })),
        peer({ ...options, serves: Load, uses: Load }),
        mergeMap(far => {
          new Caller(far, ledger, chance, scheduler, 'client').start(chance.int(4, 16), 900)
          return merge(
            serving(far),
            far.schema$.pipe(tap(() => begun++)),
            far.status$.pipe(
              tap(({ _tag }) => {
                if (_tag === 'Connected') {
                  connected++
                  apartMs = Math.max(apartMs, now() - (apartSince ?? now()))
                  apartSince = undefined
                } else apartSince ??= now()
              }),
            ),
          )
        }),
      )
      .subscribe({ error: (error: unknown) => faults.push(`the dialler failed with ${String(error)}`) })
    scheduler.schedule(() => {
      faults.push(...books.calls().map(text => `still in the books: ${text}`))
      if (books.kept() > 0) faults.push(`${books.kept()} bytes are kept to be sent again, though all was acknowledged`)
      // each newer pipe has superseded the one before it, which is over then, whatever its far end has said
      if (wire.held() > 1) faults.push(`the server holds on to ${wire.held() - 1} older pipes`)
      client.unsubscribe()
      server.unsubscribe()
      // pipes that nobody told of their end are let go after a second
      scheduler.schedule(() => {
        if (wire.held() > 0) faults.push(`the server holds on to ${wire.held()} pipes after its end`)
        if (scheduler.actions.length > 0) faults.push(`${scheduler.actions.length} timers are left`)
        scheduler.actions.length = 0
      }, 5_000)
    }, settledBy)
    flush()
  })
  const lost = Math.max(0, begun - 1)
  // each end’s window begins when that end notices
  if (apartMs < windowMs / 2 && (begun !== 1 || accepted !== 1))
    faults.push(`${begun} sessions began at the client and ${accepted} at the server, though they came back in time`)
  return {
    seed,
    calls: ledger.size,
    outcomes: ledger.outcomes,
    toll: toll!,
    resumed: Math.max(0, connected - begun),
    lost,
    // apart for longer, a session may have begun at one end alone
    faults: [...faults, ...ledger.verdict(Math.max(lost, accepted - 1))],
    diagrams: record ? marks.map((seen, i) => `${i === 0 ? 'client' : 'server'}: ${draw(seen ?? [])}`) : [],
  }
}

/** What many runs came to. */
export interface Sum {
  runs: number
  calls: number
  cuts: number
  cutsInsideFrames: number
  resumed: number
  lost: number
  readonly cutsByKind: Record<string, number>
  readonly outcomes: Record<string, number>
  /** The first run that broke the model, told again with its frames. */
  failure: Outcome | undefined
}

const add = (sums: Record<string, number>, more: Readonly<Record<string, number>>): void => {
  for (const [name, n] of Object.entries(more)) sums[name] = (sums[name] ?? 0) + n
}

/** Runs as many seeds, one after the other, up to the first that fails. */
export const runMany = (runs: number, seed: number): Sum => {
  const sum: Sum = {
    runs: 0,
    calls: 0,
    cuts: 0,
    cutsInsideFrames: 0,
    resumed: 0,
    lost: 0,
    cutsByKind: {},
    outcomes: {},
    failure: undefined,
  }
  for (; sum.runs < runs && sum.failure === undefined; sum.runs++) {
    const outcome = runOnce(seed + sum.runs)
    sum.calls += outcome.calls
    sum.cuts += outcome.toll.cuts
    sum.cutsInsideFrames += outcome.toll.cutsInsideFrames
    sum.resumed += outcome.resumed
    sum.lost += outcome.lost
    add(sum.cutsByKind, outcome.toll.byKind)
    add(sum.outcomes, outcome.outcomes)
    if (outcome.faults.length > 0) sum.failure = runOnce(outcome.seed, true)
  }
  return sum
}

const listed = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .sort(([, a], [, b]) => b - a)
    .map(([name, n]) => `${name} ${n}`)
    .join(', ')

/** What many runs came to, for whoever reads it. */
export const describeSum = (sum: Sum): readonly string[] => [
  `${sum.runs} runs, ${sum.calls} calls: ${listed(sum.outcomes)}`,
  `${sum.cuts} cuts (${listed(sum.cutsByKind)}), ${sum.cutsInsideFrames} of them inside a frame`,
  `${sum.resumed} sessions resumed, ${sum.lost} lost`,
  ...(sum.failure === undefined
    ? []
    : [
        `seed ${sum.failure.seed} failed: npm run chaos -- --runs 1 --seed ${sum.failure.seed}`,
        ...sum.failure.faults.slice(0, 20),
        ...sum.failure.diagrams,
      ]),
]
