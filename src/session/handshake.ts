import type { Step } from '../machine/step.js'
import type { Descriptors, Frame, Goodbye, Hello, Proof, ResumeAsked, SessionFrame, Verdicts } from '../wire/frame.js'
import { ProtocolViolation } from '../wire/protocol-violation.js'
import { helloBytes } from '../wire/hello-codec.js'
import { equalBytes, proofOf } from './proof.js'
import { Refused } from './refused.js'

/** What this end brings to the handshake. Its functions are pure. */
export interface HandshakeTerms<Judgement> {
  readonly end: 'dialled' | 'accepted'
  readonly hello: Hello
  /** Of the key that made the pipe; without one there is no proof. */
  readonly secret: Uint8Array | undefined
  /** The descriptors that the far end needs, seeing its hello. */
  readonly describe: (theirs: Hello) => Descriptors | undefined
  /** Makes something of the far end's contracts; throws when their descriptors are not to be believed. */
  readonly judge: (theirs: Hello, descriptors: Descriptors | undefined) => Judgement
  /** What to say of it. */
  readonly verdicts: (judgement: Judgement) => Verdicts
  /** Why there is to be no session after all; asked once both verdicts are known. */
  readonly objection: (judgement: Judgement, theirs: Verdicts) => string | undefined
  /** The secret of the session that this end, which dialled, asks to go on with in its hello. */
  readonly asks: { readonly secret: Uint8Array } | undefined
  /** The session that the far end asks to go on with, if this end still keeps it; asked again once that is proved. */
  readonly keeps: (asked: ResumeAsked) => KeptSession | undefined
}

/** A session that an end keeps for a far end that may come back. */
export interface KeptSession {
  readonly secret: Uint8Array
  /** The newest pipe that it had. */
  readonly epoch: number
}

/** How far the handshake has come: what this end waits for next. */
export type HandshakeState<Judgement> =
  | { readonly _tag: 'New' }
  | { readonly _tag: 'Greeting' }
  /** `kept` is the session that the far end asks for, and that this end has. */
  | { readonly _tag: 'Proving'; readonly theirs: Hello; readonly kept: KeptSession | undefined }
  /** The old pipe of the session is being let go: how far it came is not known until that is done. */
  | { readonly _tag: 'Freezing'; readonly theirs: Hello; readonly kept: KeptSession }
  | { readonly _tag: 'Describing'; readonly theirs: Hello }
  | { readonly _tag: 'Agreeing'; readonly theirs: Hello; readonly judgement: Judgement }
  | { readonly _tag: 'Settled' }

/** What happens to the handshake, time included. */
export type HandshakeEvent =
  | { readonly _tag: 'Started' }
  | { readonly _tag: 'Received'; readonly frame: Frame }
  | { readonly _tag: 'TimedOut'; readonly afterMs: number }
  /** The old pipe is let go: this end has taken in so many call frames. */
  | { readonly _tag: 'Frozen'; readonly position: number }

/** What the handshake asks its session to do. */
export type HandshakeCommand<Judgement> =
  | { readonly _tag: 'Send'; readonly frame: SessionFrame }
  /** The two ends agree: calls may begin. */
  | {
      readonly _tag: 'Establish'
      readonly theirs: Hello
      readonly judgement: Judgement
      readonly verdicts: Verdicts
    }
  /** Let go of the session's old pipe, and say how far it came. */
  | { readonly _tag: 'Freeze'; readonly asked: ResumeAsked }
  /** The session goes on: the far end has taken in so many call frames. */
  | { readonly _tag: 'Resume'; readonly theirs: Hello; readonly position: number }
  /** There will be no session. */
  | { readonly _tag: 'Fail'; readonly error: Error }
  /** The far end has said an orderly goodbye before there was a session. */
  | { readonly _tag: 'End' }

/** Where every handshake begins. */
export const newHandshake = { _tag: 'New' } as const

/**
 * Brings two ends to a session: hellos, then proofs, then descriptors where fingerprints differ, then verdicts.
 *
 * Whoever has sent and received its verdicts may call. A verdict is final.
 *
 * @see proto/README.md, "Handshake"
 */
export const stepHandshake =
  <J>(terms: HandshakeTerms<J>): Step<HandshakeState<J>, HandshakeEvent, HandshakeCommand<J>> =>
  (state, event) => {
    if (state._tag === 'Settled') return [state, []]
    switch (event._tag) {
      case 'Started':
        return [{ _tag: 'Greeting' }, [send(terms.hello)]]
      case 'TimedOut':
        return refuse(
          'late',
          `the far end did not finish the handshake within ${event.afterMs} ms: ${waitingFor(state)}`,
        )
      case 'Received':
        return receive(terms, state, event.frame)
      case 'Frozen':
        return state._tag === 'Freezing' ? frozen(terms, state, event.position) : [state, []]
    }
  }

type Next<J> = readonly [HandshakeState<J>, readonly HandshakeCommand<J>[]]

const send = (frame: SessionFrame) => ({ _tag: 'Send', frame }) as const

const fail = <J>(error: Error, goodbye: Goodbye): Next<J> => [
  { _tag: 'Settled' },
  [send(goodbye), { _tag: 'Fail', error }],
]

const refuse = <J>(why: Refused['why'], message: string): Next<J> =>
  // whoever fails the proof learns nothing but that
  fail(new Refused(why, message), {
    _tag: 'Goodbye',
    reason: why === 'schema' ? 'SCHEMA' : why === 'late' ? 'LATE' : 'REFUSED',
    message: why === 'proof' ? 'refused' : message,
  })

const violate = <J>(rule: string): Next<J> => {
  const error = new ProtocolViolation(rule)
  return fail(error, { _tag: 'Goodbye', reason: 'VIOLATION', message: error.message })
}

const waitingFor = (state: HandshakeState<unknown>): string => {
  switch (state._tag) {
    case 'New':
    case 'Greeting':
      return 'no Hello came, is it a sluice peer?'
    case 'Proving':
      return 'no Proof came, does it hold the key?'
    case 'Describing':
      return 'no Descriptors came'
    default:
      return 'no Verdicts came'
  }
}

const receive = <J>(terms: HandshakeTerms<J>, state: HandshakeState<J>, frame: Frame): Next<J> => {
  if (frame._tag === 'Goodbye') return dismissed(frame)
  if (frame._tag === 'Ping') return [state, [send({ _tag: 'Pong', token: frame.token })]]
  switch (state._tag) {
    case 'Greeting':
      if (frame._tag === 'Hello') return greeted(terms, frame)
      break
    case 'Proving':
      if (frame._tag === 'Proof') return proven(terms, state, frame)
      break
    case 'Describing':
      if (frame._tag === 'Descriptors') return judged(terms, state.theirs, frame)
      break
    case 'Agreeing':
      if (frame._tag === 'Verdicts') return agreed(terms, state, frame)
      break
    case 'New':
    case 'Freezing':
    case 'Settled':
      break
    default:
      state satisfies never
  }
  return violate(`a ${frame._tag} came while ${state._tag.toLowerCase()}`)
}

const dismissed = <J>({ reason, message }: Goodbye): Next<J> => [
  { _tag: 'Settled' },
  [
    reason === 'DONE'
      ? { _tag: 'End' }
      : {
          _tag: 'Fail',
          error: new Refused(
            reason === 'LATE' ? 'late' : 'far-end',
            `the far end refused the session: ${message || reason}`,
          ),
        },
  ],
]

const greeted = <J>(terms: HandshakeTerms<J>, theirs: Hello): Next<J> => {
  const { hello, secret } = terms
  if (!hello.versions.some(version => theirs.versions.includes(version)))
    return refuse(
      'version',
      `this end speaks wire version ${hello.versions.join(', ')}, the far end ${theirs.versions.join(', ')}: update the older one`,
    )
  if (hello.proof !== theirs.proof)
    return refuse('proof', 'one end holds a secret and the other does not: dial with the key that bind() made')
  if (theirs.nonce.length < 16) return violate(`a nonce has 16 bytes or more, this one has ${theirs.nonce.length}`)
  const kept = terms.end === 'accepted' && theirs.resume !== undefined ? terms.keeps(theirs.resume) : undefined
  if (kept !== undefined && isOld(theirs, kept)) return refuse('proof', oldPipe)
  // whoever keeps a session says nothing of it before the far end has shown that it is its own
  if (kept !== undefined) return [{ _tag: 'Proving', theirs, kept }, []]
  // a far end that asks to go on with a session sends a proof, whatever comes of it
  if (secret === undefined && terms.asks === undefined && theirs.resume === undefined) return trusted(terms, theirs)
  const resume = terms.asks === undefined ? undefined : resumeProof(terms, terms.asks.secret, theirs, 0)
  return [
    { _tag: 'Proving', theirs, kept },
    [send({ _tag: 'Proof', mac: macOf(terms, secret, theirs, 'ours'), resume })],
  ]
}

const noMac = new Uint8Array(0)

/** What one of the two proves with a secret, over both hellos; nothing where there is none. */
const macOf = <J>(
  { end, hello }: HandshakeTerms<J>,
  secret: Uint8Array | undefined,
  theirs: Hello,
  whose: 'ours' | 'theirs',
): Uint8Array => {
  if (secret === undefined) return noMac
  const ours = helloBytes(hello)
  const far = helloBytes(theirs)
  const prover = (end === 'dialled') === (whose === 'ours') ? 'dialled' : 'accepted'
  return end === 'dialled' ? proofOf(secret, prover, ours, far) : proofOf(secret, prover, far, ours)
}

const resumeProof = <J>(terms: HandshakeTerms<J>, secret: Uint8Array, theirs: Hello, position: number) => ({
  mac: macOf(terms, secret, theirs, 'ours'),
  position,
})

const impostor = 'the far end does not know the secret of this key: dial with the key that bind() made'

const proven = <J>(
  terms: HandshakeTerms<J>,
  { theirs, kept }: { readonly theirs: Hello; readonly kept: KeptSession | undefined },
  { mac, resume }: Proof,
): Next<J> => {
  const { end, secret, asks } = terms
  if (!equalBytes(macOf(terms, secret, theirs, 'theirs'), mac)) return refuse('proof', impostor)
  const own = kept ?? (end === 'dialled' && resume !== undefined ? asks : undefined)
  if (own === undefined) return trusted(terms, theirs)
  if (resume === undefined || !equalBytes(macOf(terms, own.secret, theirs, 'theirs'), resume.mac))
    return refuse('proof', "the session that is to go on is not the far end's")
  if (kept === undefined) return [{ _tag: 'Settled' }, [{ _tag: 'Resume', theirs, position: resume.position }]]
  const asked = theirs.resume as ResumeAsked
  // much may have happened to the session since the far end asked for it
  const now = terms.keeps(asked)
  if (now === undefined) return lostMeanwhile(terms, theirs)
  if (isOld(theirs, now)) return refuse('proof', oldPipe)
  return [{ _tag: 'Freezing', theirs, kept }, [{ _tag: 'Freeze', asked }]]
}

const oldPipe = 'a pipe as old as that cannot take the session over'

const isOld = ({ resume }: Hello, { epoch }: KeptSession): boolean => resume !== undefined && resume.epoch <= epoch

/** The session that the far end has proved is gone: our proof says no word of it, and a new one begins. */
const lostMeanwhile = <J>(terms: HandshakeTerms<J>, theirs: Hello): Next<J> => {
  const [state, commands] = trusted(terms, theirs)
  return [
    state,
    [send({ _tag: 'Proof', mac: macOf(terms, terms.secret, theirs, 'ours'), resume: undefined }), ...commands],
  ]
}

const frozen = <J>(
  terms: HandshakeTerms<J>,
  { theirs, kept }: { readonly theirs: Hello; readonly kept: KeptSession },
  position: number,
): Next<J> => {
  const mac = macOf(terms, terms.secret, theirs, 'ours')
  return [
    { _tag: 'Settled' },
    [
      send({ _tag: 'Proof', mac, resume: resumeProof(terms, kept.secret, theirs, position) }),
      { _tag: 'Resume', theirs, position: theirs.resume?.position ?? 0 },
    ],
  ]
}

/** Both may know each other's descriptors now. They see the same fingerprints, so both know who is to send some. */
const trusted = <J>(terms: HandshakeTerms<J>, theirs: Hello): Next<J> => {
  const descriptors = terms.describe(theirs)
  if (descriptors === undefined) return judged(terms, theirs, undefined)
  return [{ _tag: 'Describing', theirs }, [send(descriptors)]]
}

const judged = <J>(terms: HandshakeTerms<J>, theirs: Hello, descriptors: Descriptors | undefined): Next<J> => {
  let judgement: J
  try {
    judgement = terms.judge(theirs, descriptors)
  } catch (error) {
    return violate(error instanceof Error ? error.message : String(error))
  }
  return [{ _tag: 'Agreeing', theirs, judgement }, [send(terms.verdicts(judgement))]]
}

const agreed = <J>(
  terms: HandshakeTerms<J>,
  { theirs, judgement }: { readonly theirs: Hello; readonly judgement: J },
  verdicts: Verdicts,
): Next<J> => {
  const objection = terms.objection(judgement, verdicts)
  if (objection !== undefined) return refuse('schema', objection)
  return [{ _tag: 'Settled' }, [{ _tag: 'Establish', theirs, judgement, verdicts }]]
}
