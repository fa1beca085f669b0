import { ignoreElements, merge, mergeMap, type Observable, of, tap } from 'rxjs'
import { peer } from '../../peer/peer.js'
import type { PeerOptions } from '../../peer/peer-options.js'
import type { Peer } from '../../peer/peer-types.js'
import type { Status } from '../../peer/status.js'
import type { Transport } from '../../pipe/pipe.js'
import { check, tagOf } from './check.js'
import type { ConformanceSubject, FarProgram } from './conformance-case.js'
import { conformanceContract, conformanceLimits, type Doings } from './conformance-contract.js'
import { Ledger } from './ledger.js'
import { type End, record } from './record.js'
import { answerConformance } from './serve-conformance.js'
import { mayBeLeft, patience, until, within } from './waiting.js'

type Contract = typeof conformanceContract

/** One connection to a far program, as a case holds it. */
export interface Talk {
  readonly far: Peer<Contract, Contract>
  readonly remote: Peer<Contract, Contract>['remote']
  /** What this end has done for the far one. */
  readonly ledger: Ledger
  /** What has become of the connection so far, in order. */
  readonly statuses: readonly Status[]
  /** How the whole ended. */
  readonly ended: Promise<End>
  readonly isOver: () => boolean
  readonly hangUp: () => void
}

/** What a case may tell its own peer. */
export type NearOptions = Omit<PeerOptions<never, never>, 'serves' | 'uses'>

const begun = `r${Math.random().toString(36).slice(2)}`
let keys = 0

/** A key that no other case has. */
export const freshKey = (): string => `${begun}-${(keys += 1)}`

/** Connects, and answers the far end's calls too. */
export const connect = async (dial: Transport, options: NearOptions = {}): Promise<Talk> => {
  const ledger = new Ledger()
  const statuses: Status[] = []
  const answered = (far: Peer<Contract, Contract>) =>
    merge(far.status$.pipe(tap(status => void statuses.push(status))), answerConformance(far, ledger)).pipe(
      ignoreElements(),
      emitted => merge(emitted, of(far)),
    )
  const peer$ = dial.pipe(
    peer({
      limits: conformanceLimits,
      handshakeTimeout: patience,
      ...options,
      serves: conformanceContract,
      uses: conformanceContract,
    }),
    mergeMap(answered),
  )
  const notes = record(peer$)
  try {
    const far = await until(() => {
      const end = notes.end()
      if (end !== undefined && notes.values.length === 0) throw 'error' in end ? end.error : new Error('no peer came')
      return notes.values[0]
    }, 'a session')
    const isOver = () => notes.end() !== undefined
    return { far, remote: far.remote, ledger, statuses, ended: notes.ended, isOver, hangUp: notes.unsubscribe }
  } catch (error) {
    notes.unsubscribe()
    throw error
  }
}

/** Runs a body with a connection that nobody else has had or will have, and hangs up whatever happens. */
export const withFresh = async (
  { dial }: Pick<FarProgram, 'dial'>,
  body: (talk: Talk) => Promise<void>,
  options?: NearOptions,
): Promise<void> => {
  const talk = await connect(dial, options)
  try {
    await body(talk)
  } finally {
    talk.hangUp()
  }
}

/** Connections that a case has left as they were, for the next one. */
const parked = new WeakMap<ConformanceSubject, Talk[]>()

/** How long a connection waits for the next case, in milliseconds. */
const parkedFor = 500

const park = (subject: ConformanceSubject, talk: Talk): void => {
  const waiting = parked.get(subject) ?? []
  parked.set(subject, [...waiting, talk])
  setTimeout(() => {
    const still = parked.get(subject) ?? []
    if (!still.includes(talk)) return
    parked.set(
      subject,
      still.filter(other => other !== talk),
    )
    talk.hangUp()
  }, parkedFor)
}

/**
 * Runs a body with a connection of its own for so long, and passes the connection on to the next case if nothing failed: a
 * connection with a past is to be as good as new, and a far program for each case would take its time.
 */
export const withFar = async (subject: ConformanceSubject, body: (talk: Talk) => Promise<void>): Promise<void> => {
  const waiting = (parked.get(subject) ?? []).filter(talk => !talk.isOver())
  const left = waiting.pop()
  // before anything is awaited: meanwhile other cases park theirs
  parked.set(subject, waiting)
  const talk = left ?? (await connect(subject.dial))
  try {
    await body(talk)
  } catch (error) {
    talk.hangUp()
    throw error
  }
  if (!talk.isOver()) park(subject, talk)
}

/** Runs a body with a far program that it may end. */
export const withSpare = async (
  subject: ConformanceSubject,
  body: (program: FarProgram) => Promise<void>,
): Promise<void> => {
  const notes = record(subject.spare ?? of<FarProgram>(subject))
  try {
    await body(await until(() => notes.values[0], 'a far program'))
  } finally {
    notes.unsubscribe()
  }
}

/** Subscribes now, and makes something of how it ended. */
const whenEnded = <T, R>(
  source$: Observable<T>,
  what: string,
  result: (end: End, values: readonly T[]) => R,
): Promise<R> => {
  const notes = record(source$)
  return mayBeLeft(within(notes.ended, what).then(end => result(end, notes.values)))
}

const valuesOf =
  (what: string) =>
  <T>(end: End, values: readonly T[]): readonly T[] => {
    if ('error' in end) throw new Error(`${what}: it failed (${String(end.error)})`, { cause: end.error })
    return values
  }

/** All that a call gives, once it has completed; its error otherwise. */
export const allOf = <T>(call$: Observable<T>, what: string): Promise<readonly T[]> =>
  whenEnded(call$, what, valuesOf(what))

/** The one value that a call gives. */
export const oneOf = <T>(call$: Observable<T>, what: string): Promise<T> =>
  whenEnded(call$, what, (end, values) => {
    valuesOf(what)(end, values)
    check(values.length === 1, `${what}: ${values.length} values instead of one`)
    return values[0] as T
  })

/** What a call fails with. */
export const errorOf = (call$: Observable<unknown>, what: string): Promise<unknown> =>
  whenEnded(call$, what, (end, values) => {
    if ('error' in end) return end.error
    throw new Error(`${what}: it completed, after ${values.length} values`)
  })

/** Fails unless a call fails with an error of that tag, which it gives. */
export const failsWith = (call$: Observable<unknown>, tag: string, what: string): Promise<unknown> =>
  mayBeLeft(
    errorOf(call$, what).then(error => {
      check(tagOf(error) === tag, `${what}: it failed with ${tagOf(error)} (${String(error)}) instead of ${tag}`)
      return error
    }),
  )

/** Waits until the far end has done something. */
export const untilDone = (
  { remote }: Pick<Talk, 'remote'>,
  key: string,
  done: (doings: Doings) => boolean,
  what: string,
): Promise<Doings> =>
  until(async () => {
    const doings = await oneOf(remote.doings(key), 'doings')
    return done(doings) ? doings : undefined
  }, what)
