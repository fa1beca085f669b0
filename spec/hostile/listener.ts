import * as io from 'io-ts'
import { EMPTY, ignoreElements, map, merge, mergeMap, NEVER, Subject, tap, type Observable } from 'rxjs'
import {
  bytes,
  channel,
  contract,
  event,
  int32,
  peer,
  request,
  serve,
  stream,
  upload,
  type PeerOptions,
  type Pipe,
} from 'sluice'
import { VirtualScheduler } from '../../src/testing/virtual-scheduler.js'
import { memoryPair } from '../../src/transport/memory-pipes.js'
import { FrameReader } from '../../src/wire/frame-reader.js'
import type { Frame } from '../../src/wire/frame.js'

/** One method of each kind, with values of many shapes. */
export const Target = contract('hostile.Target', {
  greet: request(io.type({ name: io.string, tags: io.record(io.string, io.string) }), io.string),
  pack: request(bytes, bytes),
  ticks: stream(int32, int32),
  weigh: upload(io.type({ grams: io.number }), io.number),
  chat: channel(io.string, io.string),
  shout: event(io.unknown),
  never: request(io.void, io.void),
  hoard: upload(io.string, io.void),
})

/** What answers the far ends of these specs, hostile or not. */
export const handlers = {
  greet: ({ name }: { readonly name: string }) => `hello, ${name}`,
  pack: (payload: Uint8Array) => payload,
  ticks: (n: number) => Array.from({ length: Math.max(0, Math.min(n, 1_000)) }, (_, i) => i),
  weigh: (items$: Observable<{ readonly grams: number }>) => merge(items$.pipe(ignoreElements()), [1]),
  chat: (lines$: Observable<string>) => lines$.pipe(map(line => line.toUpperCase())),
  shout: () => undefined,
  never: () => NEVER,
  hoard: () => NEVER,
}

export const secret = new Uint8Array(32).fill(7)

/** Options of the listener and, but for what it breaks, of the far end too. */
export const options = {
  fragmentBytes: 64,
  handshakeTimeout: 500,
  limits: { frameBytes: 64 * 1024, messageBytes: 256 * 1024, calls: 64 },
  heartbeat: false,
  resume: { windowMs: 50, sessions: 8, replayBytes: 64 * 1024 },
} as const satisfies PeerOptions<never, never>

/** How a pipe was taken by the listener. */
export interface Taken {
  /** What the far end of these specs says. */
  readonly far: Pipe
  /** What the listener has said. */
  readonly heard: Frame[]
  /** How the listener ended its half: `complete`, the error's name, or not yet. */
  readonly end: () => string | undefined
}

/** A listener in virtual time, to which far ends of any kind come. */
export interface Listener {
  readonly scheduler: VirtualScheduler
  /** A pipe that the listener has accepted. */
  readonly dial: (key?: Uint8Array) => Taken
  /** Why far ends were refused before there was a session. */
  readonly refused: string[]
  /** How many came to a session. */
  readonly sessions: () => number
}

const nameOf = (error: unknown): string => {
  const { _tag, why } = error as { readonly _tag?: string; readonly why?: string }
  return [_tag ?? String(error), why].filter(Boolean).join(' ')
}

/** Plays a scene against one listener; time is virtual, and runs until nothing is left to do. */
export const withListener = (
  play: (listener: Listener) => void,
  { random, ...more }: PeerOptions<never, never> = {},
  endAt = 60_000,
): void => {
  const scheduler = new VirtualScheduler(() => undefined)
  scheduler.run(({ flush }) => {
    const pipes$ = new Subject<Pipe>()
    const refused: string[] = []
    let sessions = 0
    let seed = 1
    const own = (size: number) => Uint8Array.from({ length: size }, () => (seed = (seed * 16_807) % 0x7fff_ffff) & 0xff)
    const subscription = pipes$
      .pipe(
        peer({
          ...options,
          ...more,
          random: random ?? own,
          serves: Target,
          refused: error => refused.push(nameOf(error)),
        }),
        tap(() => sessions++),
        mergeMap(far => merge(serve(far, handlers).pipe(ignoreElements()), EMPTY)),
      )
      .subscribe({ error: (error: unknown) => refused.push(`the listener failed: ${nameOf(error)}`) })
    scheduler.schedule(() => subscription.unsubscribe(), endAt)
    const dial = (key: Uint8Array | undefined = secret): Taken => {
      const { dialled, accepted } = memoryPair()
      const heard: Frame[] = []
      let end: string | undefined
      const reader = new FrameReader(Infinity, frame => void heard.push(frame))
      accepted.outgoing.subscribe({
        next: chunk => reader.push(chunk),
        error: (error: unknown) => (end = nameOf(error)),
        complete: () => (end = 'complete'),
      })
      pipes$.next({ ...accepted, secret })
      return { far: { ...dialled, ...(key.length === 0 ? {} : { secret: key }) }, heard, end: () => end }
    }
    play({ scheduler, dial, refused, sessions: () => sessions })
    flush()
  })
}
