import { asyncScheduler, map, observeOn, type Observable } from 'rxjs'
import type { MarbleHelpers, WireEnd } from 'sluice/testing'
import type { Pipe } from '../../src/pipe/pipe.js'
import { session } from '../../src/session/session.js'
import type { Session, SessionOptions } from '../../src/session/session-options.js'
import type { Seen } from '../../src/testing/note-frames.js'
import { memoryPair } from '../../src/transport/memory-pipes.js'
import type { Frame } from '../../src/wire/frame.js'
import { defaultLimits } from '../../src/wire/hello-codec.js'

/** A pipe of frames whose one end a session uses, and whose other end a test plays. */
export interface Rig {
  /** For the session. */
  readonly pipe: Pipe<Frame>
  /** The test's end. */
  readonly far: Pipe<Frame>
  /** What the session says. */
  readonly near: WireEnd
  /** What the test's end says. */
  readonly back: WireEnd
  /** How the dialler fares. */
  readonly ended$: Observable<never>
}

const recorded = (pipe: Pipe<Frame>, now: () => number): WireEnd => {
  const seen: Seen[] = []
  pipe.outgoing.subscribe({
    next: frame => void seen.push({ at: now(), frame }),
    error: (error: unknown) => void seen.push({ at: now(), end: 'error', error }),
    complete: () => void seen.push({ at: now(), end: 'complete' }),
  })
  return { seen }
}

/** Two ends, each 10 ms away from the other. */
export const rig = ({ scheduler }: MarbleHelpers, secrets: readonly (Uint8Array | undefined)[] = []): Rig => {
  const { dialled, accepted, ended$ } = memoryPair<Frame>()
  const now = () => scheduler.now()
  const near = recorded(dialled, now)
  const back = recorded(accepted, now)
  const far = (pipe: Pipe<Frame>, secret: Uint8Array | undefined): Pipe<Frame> => ({
    ...pipe,
    ...(secret === undefined ? {} : { secret }),
    incoming: pipe.incoming.pipe(observeOn(asyncScheduler, 10)),
  })
  return { pipe: far(dialled, secrets[0]), far: far(accepted, secrets[1]), near, back, ended$ }
}

/** A session with nothing in it; time-outs of 100 and 50 ms. */
export const optionsOf = ({ random }: MarbleHelpers, more: Partial<SessionOptions> = {}): SessionOptions => ({
  serves: [],
  uses: [],
  validation: 'report',
  limits: defaultLimits,
  nonce: () => random(32),
  handshakeTimeout: 100,
  goodbyeTimeout: 50,
  ...more,
})

/** A session as a letter. */
export const asLetter = (session$: Observable<Session>): Observable<string> => session$.pipe(map(() => 's'))

/** An end's session as a letter. */
export const letterOf = (pipe: Pipe<Frame>, options: SessionOptions): Observable<string> =>
  asLetter(session(options)(pipe))
