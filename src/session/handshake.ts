import type { Step } from '../machine/step.js'
import type { Descriptors, Frame, Goodbye, Hello, SessionFrame, Verdicts } from '../wire/frame.js'
import { ProtocolViolation } from '../wire/protocol-violation.js'
import { helloBytes } from '../wire/session-frame-codec.js'
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
}

export type HandshakeState<Judgement> =
  | { readonly _tag: 'New' }
  | { readonly _tag: 'Greeting' }
  | { readonly _tag: 'Proving'; readonly theirs: Hello }
  | { readonly _tag: 'Describing'; readonly theirs: Hello }
  | { readonly _tag: 'Agreeing'; readonly theirs: Hello; readonly judgement: Judgement }
  | { readonly _tag: 'Settled' }

export type HandshakeEvent =
  | { readonly _tag: 'Started' }
  | { readonly _tag: 'Received'; readonly frame: Frame }
  | { readonly _tag: 'TimedOut'; readonly afterMs: number }

export type HandshakeCommand<Judgement> =
  | { readonly _tag: 'Send'; readonly frame: SessionFrame }
  /** The two ends agree: calls may begin. */
  | {
      readonly _tag: 'Establish'
      readonly theirs: Hello
      readonly judgement: Judgement
      readonly verdicts: Verdicts
    }
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
    reason: why === 'schema' ? 'SCHEMA' : 'REFUSED',
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
      if (frame._tag === 'Proof') return proven(terms, state.theirs, frame.mac)
      break
    case 'Describing':
      if (frame._tag === 'Descriptors') return described(terms, state.theirs, frame)
      break
    case 'Agreeing':
      if (frame._tag === 'Verdicts') return agreed(terms, state, frame)
      break
    case 'New':
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
      : { _tag: 'Fail', error: new Refused('far-end', `the far end refused the session: ${message || reason}`) },
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
  if (theirs.proof && theirs.nonce.length < 16)
    return violate(`a nonce has 16 bytes or more, this one has ${theirs.nonce.length}`)
  if (secret === undefined) return trusted(terms, theirs)
  return [{ _tag: 'Proving', theirs }, [send({ _tag: 'Proof', mac: macOf(terms, secret, theirs, terms.end) })]]
}

const macOf = <J>(
  { end, hello }: HandshakeTerms<J>,
  secret: Uint8Array,
  theirs: Hello,
  prover: 'dialled' | 'accepted',
): Uint8Array => {
  const ours = helloBytes(hello)
  const far = helloBytes(theirs)
  return end === 'dialled' ? proofOf(secret, prover, ours, far) : proofOf(secret, prover, far, ours)
}

const proven = <J>(terms: HandshakeTerms<J>, theirs: Hello, mac: Uint8Array): Next<J> => {
  const { end, secret } = terms
  const expected = macOf(terms, secret ?? new Uint8Array(0), theirs, end === 'dialled' ? 'accepted' : 'dialled')
  if (!equalBytes(expected, mac))
    return refuse('proof', 'the far end does not know the secret of this key: dial with the key that bind() made')
  return trusted(terms, theirs)
}

/** Both may know each other's descriptors now. They see the same fingerprints, so both know who is to send some. */
const trusted = <J>(terms: HandshakeTerms<J>, theirs: Hello): Next<J> => {
  const descriptors = terms.describe(theirs)
  if (descriptors === undefined) return judged(terms, theirs, undefined)
  return [{ _tag: 'Describing', theirs }, [send(descriptors)]]
}

const described = <J>(terms: HandshakeTerms<J>, theirs: Hello, descriptors: Descriptors): Next<J> =>
  judged(terms, theirs, descriptors)

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
