import * as t from 'io-ts'
import { contract, event, int32, int53, request, stream } from 'sluice'

/** Shared by the host, the page, and the worker that tabs share. Times are milliseconds since 1970, sizes are bytes. */

const About = t.type({
  name: t.string,
  system: t.string,
  processor: t.string,
  memory: int53,
  bootedAt: int53,
  /** The directory that is searched. */
  tree: t.string,
  /** The file that is followed. */
  log: t.string,
  host: t.type({ pid: int32, startedAt: int53 }),
})

const Load = t.type({
  at: int53,
  /** In percent, as are `cores`. */
  cpu: t.number,
  cores: t.array(t.number),
  memoryUsed: int53,
})

const Process = t.type({ pid: int32, name: t.string, cpu: t.number, memory: int53 })
const Ranking = t.type({ by: t.keyof({ cpu: null, memory: null, pid: null, name: null }), most: int32 })
const Processes = t.type({ total: int32, running: int32, top: t.array(Process) })

/** Where in a file to go on: nothing set is near its end. `file` tells whether it is still the same one. */
const Place = t.partial({ file: t.string, from: int53 })
const LogPart = t.type({ file: t.string, end: int53, lines: t.array(t.string) })

const Search = t.intersection([
  t.type({ words: t.string }),
  /** Where an earlier host came to: the last path that it looked at, and how many it had looked at by then. */
  t.partial({ after: t.string, looked: int53 }),
])
const Found = t.type({
  looked: int53,
  last: t.string,
  /** Names that fit, all in this directory, as seen from the tree's root. None: it only tells how far it is. */
  directory: t.string,
  names: t.array(t.string),
})

export type About = t.TypeOf<typeof About>
export type Load = t.TypeOf<typeof Load>
export type Process = t.TypeOf<typeof Process>
export type Ranking = t.TypeOf<typeof Ranking>
export type Processes = t.TypeOf<typeof Processes>
export type Place = t.TypeOf<typeof Place>
export type LogPart = t.TypeOf<typeof LogPart>
export type Search = t.TypeOf<typeof Search>
export type Found = t.TypeOf<typeof Found>

/**
 * What the host tells of its machine. `resumeFrom` says how to ask a host that was started anew for the rest, so that a
 * stream goes on where it was, without gaps and without doubles.
 */
export const Machine = contract('uiHost.Machine', {
  about: request(t.void, About, { idempotent: true }),
  load: stream(t.type({ since: int53 }), Load, { resumeFrom: (_, last) => ({ since: last.at }) }),
  processes: stream(Ranking, Processes, { resumeFrom: ranking => ranking }),
  log: stream(Place, LogPart, { resumeFrom: (_, { file, end }) => ({ file, from: end }) }),
  search: stream(Search, Found, {
    resumeFrom: ({ words }, { last, looked }) => ({ words, after: last, looked }),
  }),
})

const Counting = t.type({
  _tag: t.keyof({ Idle: null, Counting: null, Done: null }),
  below: int53,
  reached: int53,
  primes: int53,
  seconds: t.number,
  /** How many computations this worker has begun, and how many tabs look on. */
  runs: int32,
  tabs: int32,
})

/** How far the count of primes is. */
export type Counting = t.TypeOf<typeof Counting>

/** What the worker does for all tabs together. */
export const Primes = contract('uiHost.Primes', {
  progress: stream(t.void, Counting, { resumeFrom: () => undefined }),
  count: event(t.type({ below: int53 })),
  stop: event(t.void),
})
