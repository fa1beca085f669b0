import type { Subscription } from 'rxjs'
import type { Pipe } from 'sluice'
import { compileContract } from '../../src/contract/compile-contract.js'
import { session } from '../../src/session/session.js'
import type { ResumeOptions, Session } from '../../src/session/session-options.js'
import type { Frame } from '../../src/wire/frame.js'
import { framed } from '../../src/wire/framed.js'
import { defaultLimits } from '../../src/wire/hello-codec.js'
import { Target, type Taken } from './listener.js'

const target = compileContract(Target)

/** A far end that keeps the rules up to its session, and then says whatever it likes. */
export interface Intruder {
  readonly say: (...frames: readonly Frame[]) => void
  readonly sayBytes: (bytes: Uint8Array) => void
  /** Once there is one. */
  readonly session: () => Session | undefined
  readonly error: () => unknown
  readonly running: Subscription
}

let nonces = 0

/** Comes to a session with a listener over a pipe that it has accepted. */
export const intrude = ({ far }: Taken, resume?: ResumeOptions): Intruder => {
  const pipe: Pipe<Frame> = framed()(far)
  let agreed: Session | undefined
  let failed: unknown
  const running = session({
    serves: [],
    uses: [target],
    validation: 'report',
    limits: defaultLimits,
    nonce: () => new Uint8Array(32).fill(++nonces),
    handshakeTimeout: 1_000,
    goodbyeTimeout: 100,
    ...(resume === undefined ? {} : { resume }),
  })(pipe).subscribe({
    next: made => (agreed = made),
    error: (error: unknown) => (failed = error),
  })
  return {
    say: (...frames) => frames.forEach(frame => pipe.outgoing.next(frame)),
    sayBytes: bytes => far.outgoing.next(bytes),
    session: () => agreed,
    error: () => failed,
    running,
  }
}
