import type { Observable } from 'rxjs'
import type { Pipe, Transport } from '../../../src/pipe/pipe.js'

/** Both sides of one transport in one program: what the cases are run against. */
export interface Rig {
  /** A pipe with each subscription. */
  readonly dial: Transport
  /** The other ends of those pipes, in the order in which they were dialled. */
  readonly pipes$: Transport
}

/** One promise of a transport. `run` fails when it is not kept. Knows no test runner. */
export interface ByteCase {
  /** A sentence about behaviour. */
  readonly name: string
  /** Takes a fresh rig and lets go of all that it opened. */
  readonly run: (rig: Observable<Rig>) => Promise<void>
}

/** Fails with a message unless it is so. */
export const check = (so: boolean, otherwise: string): void => {
  if (!so) throw new Error(otherwise)
}

/** Fails unless both are the same value. */
export const same = (actual: unknown, expected: unknown, what: string): void =>
  check(Object.is(actual, expected), `${what}: ${String(actual)} instead of ${String(expected)}`)

/** How something ended: `undefined` while it has not. */
export type End = { readonly complete: true } | { readonly error: unknown }

/** What came of a subscription, for asking now and for waiting. */
export interface Record<T> {
  readonly values: T[]
  readonly end: () => End | undefined
  readonly ended: Promise<End>
  readonly unsubscribe: () => void
}

/** What is subscribed to, so that a case that fails holds nothing open. */
const open = new Set<{ unsubscribe(): void }>()

/** Unsubscribes from all that was recorded; for the end of a spec. */
export const letGo = (): void => {
  for (const subscription of open) subscription.unsubscribe()
  open.clear()
}

/** Subscribes and takes notes. */
export const record = <T>(source: Observable<T>, each: (value: T) => void = () => undefined): Record<T> => {
  const values: T[] = []
  let end: End | undefined
  let settle: (end: End) => void
  const ended = new Promise<End>(resolve => {
    settle = resolve
  })
  const finish = (how: End): void => {
    end = how
    settle(how)
  }
  const subscription = source.subscribe({
    next: value => {
      values.push(value)
      each(value)
    },
    error: (error: unknown) => finish({ error }),
    complete: () => finish({ complete: true }),
  })
  open.add(subscription)
  subscription.add(() => open.delete(subscription))
  return { values, end: () => end, ended, unsubscribe: () => subscription.unsubscribe() }
}

/** Waits for a promise, ten seconds at most. */
export const within = async <T>(promise: Promise<T>, what: string): Promise<T> => {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: not within 10 s`)), 10_000)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

/** Lets what is under way arrive. */
export const pause = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms))

/** All that the far end says, as one array, at its end. */
export const wholeOf = async (pipe: Pipe, what: string): Promise<Uint8Array> => {
  const notes = record(pipe.incoming)
  const end = await within(notes.ended, what)
  if ('error' in end) throw end.error
  return joined(notes.values)
}

/** Chunks as one array. */
export const joined = (chunks: readonly Uint8Array[]): Uint8Array => {
  const whole = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0))
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.length
  }
  return whole
}

/** Bytes that differ from place to place: the same for the same length and seed. */
export const bytes = (length: number, seed = 1): Uint8Array => {
  const out = new Uint8Array(length)
  let state = seed
  for (let i = 0; i < length; i += 1) {
    state = (state * 1_103_515_245 + 12_345) & 0x7fffffff
    out[i] = state >>> 16
  }
  return out
}

/** Fails unless both hold the same bytes. */
export const sameBytes = (actual: Uint8Array, expected: Uint8Array, what: string): void => {
  same(actual.length, expected.length, `${what}, length`)
  const at = actual.findIndex((byte, i) => byte !== expected[i])
  check(at === -1, `${what}: differs at byte ${at}`)
}

/** One pipe with both its ends, and what its dialler tells. */
export interface Pair {
  readonly dialled: Pipe
  readonly accepted: Pipe
  readonly dialler: Record<Pipe>
}

/** Runs a body with a rig, and closes the rig whatever happens. */
export const withRig = async (rig$: Observable<Rig>, body: (rig: Rig) => Promise<void>): Promise<void> => {
  let open: (rig: Rig) => void
  let fail: (error: unknown) => void
  const opened = new Promise<Rig>((resolve, reject) => {
    open = resolve
    fail = reject
  })
  const subscription = rig$.subscribe({ next: rig => open(rig), error: (error: unknown) => fail(error) })
  try {
    await body(await within(opened, 'the rig'))
  } finally {
    subscription.unsubscribe()
  }
}

/** Runs a body with one pipe. */
export const withPair = (rig$: Observable<Rig>, body: (pair: Pair, rig: Rig) => Promise<void>): Promise<void> =>
  withRig(rig$, async rig => {
    const arrivals = record(rig.pipes$)
    const dialler = record(rig.dial)
    try {
      const dialled = await until(() => dialler.values[0], 'the dialled pipe')
      const accepted = await until(() => arrivals.values[0], 'the accepted pipe')
      await body({ dialled, accepted, dialler }, rig)
    } finally {
      dialler.unsubscribe()
      arrivals.unsubscribe()
    }
  })

/** Asks again until there is an answer. */
export const until = async <T>(ask: () => T | undefined, what: string): Promise<T> => {
  for (let turn = 0; turn < 5_000; turn += 1) {
    const answer = ask()
    if (answer !== undefined) return answer
    await pause(2)
  }
  throw new Error(`${what}: not within 10 s`)
}
