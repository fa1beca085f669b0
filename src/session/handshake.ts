import type { Step } from '../machine/step.js'
import type { Descriptors, Frame, Goodbye, Hello, Proof, ResumeAsked, Verdicts, SessionFrame } from '../wire/frame.js'
import { ProtocolViolation } from '../wire/protocol-violation.js'
import { helloBytes } from '../wire/hello-codec.js'
import type {
  HandshakeCommand,
  HandshakeEvent,
  HandshakeState,
  HandshakeTerms,
  KeptSession,
} from './handshake-terms.js'
import { equalBytes, proofOf } from './proof.js'
import { Refused } from './refused.js'

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
        return late(
          terms,
          state,
          `the far end did not finish the handshake within ${event.afterMs} ms: ${waitingFor(state)}`,
        )
      case 'Received':
        return receive(terms, state, event.frame)
      case 'Frozen':
        return state._tag === 'Freezing' ? frozen(terms, state, event.position) : [state, []]
    }
  }

type Next<J> = readonly [HandshakeState<J>, readonly HandshakeCommand<J>[]]

const trust = { _tag: 'Trust' } as const

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

/** A far end that has our verdicts may have begun the session: where that can go on, the pipe is given up without a goodbye. */
const late = <J>({ hello }: HandshakeTerms<J>, state: HandshakeState<J>, message: string): Next<J> =>
  state._tag === 'Agreeing' && hello.resumeMs > 0 && state.theirs.resumeMs > 0
    ? [{ _tag: 'Settled' }, [{ _tag: 'Fail', error: new Refused('late', message) }]]
    : refuse('late', message)

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
  const resume = terms.asks === undefined ? undefined : resumeProof(terms, terms.asks, theirs)
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

/** The end that dialled has said in its hello how far it came: it is the other that says so here. */
const resumeProof = <J>(
  terms: HandshakeTerms<J>,
  { keys }: KeptSession<J>,
  theirs: Hello,
  { position, lacksVerdicts } = { position: 0, lacksVerdicts: false },
) => ({ mac: macOf(terms, keys.secret, theirs, 'ours'), position, lacksVerdicts })

const impostor = 'the far end does not know the secret of this key: dial with the key that bind() made'

const proven = <J>(
  terms: HandshakeTerms<J>,
  { theirs, kept }: { readonly theirs: Hello; readonly kept: KeptSession<J> | undefined },
  { mac, resume }: Proof,
): Next<J> => {
  const { end, secret, asks } = terms
  if (!equalBytes(macOf(terms, secret, theirs, 'theirs'), mac)) return refuse('proof', impostor)
  const own = kept ?? (end === 'dialled' && resume !== undefined ? asks : undefined)
  if (own === undefined) return trusted(terms, theirs)
  if (resume === undefined || !equalBytes(macOf(terms, own.keys.secret, theirs, 'theirs'), resume.mac))
    return refuse('proof', "the session that is to go on is not the far end's")
  if (kept === undefined) return goesOn(terms, theirs, own, resume)
  const asked = theirs.resume as ResumeAsked
  // much may have happened to the session since the far end asked for it
  const now = terms.keeps(asked)
  if (now === undefined) return lostMeanwhile(terms, theirs)
  if (isOld(theirs, now)) return refuse('proof', oldPipe)
  return [{ _tag: 'Freezing', theirs, kept: now }, [{ _tag: 'Freeze', asked }]]
}

const oldPipe = 'a pipe as old as that cannot take the session over'

const isOld = ({ resume }: Hello, { epoch }: KeptSession<unknown>): boolean =>
  resume !== undefined && resume.epoch <= epoch

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
  { theirs, kept }: { readonly theirs: Hello; readonly kept: KeptSession<J> },
  position: number,
): Next<J> => {
  const mac = macOf(terms, terms.secret, theirs, 'ours')
  const resume = resumeProof(terms, kept, theirs, { position, lacksVerdicts: !kept.begun })
  const [state, commands] = goesOn(terms, theirs, kept, theirs.resume as ResumeAsked)
  return [state, [send({ _tag: 'Proof', mac, resume }), ...commands]]
}

/** Both have proved the session. An end that was cut off before it had the other's verdicts has them sent again. */
const goesOn = <J>(
  terms: HandshakeTerms<J>,
  theirs: Hello,
  kept: KeptSession<J>,
  { position, lacksVerdicts }: { readonly position: number; readonly lacksVerdicts: boolean },
): Next<J> => {
  const again = lacksVerdicts ? [send(terms.verdicts(kept.judgement))] : []
  if (kept.begun) return [{ _tag: 'Settled' }, [trust, ...again, { _tag: 'Resume', theirs, position }]]
  const { judgement } = kept
  const announced = { _tag: 'Announce', theirs, judgement, kept } as const
  if (position === 0) return [{ _tag: 'Agreeing', theirs, judgement }, [trust, announced, ...again]]
  const [state, commands] = violate<J>(`a position of ${position} in a session of which this end has said nothing`)
  return [state, [announced, ...commands]]
}

/** Both may know each other's descriptors now. They see the same fingerprints, so both know who is to send some. */
const trusted = <J>(terms: HandshakeTerms<J>, theirs: Hello): Next<J> => {
  const descriptors = terms.describe(theirs)
  const [state, commands]: Next<J> =
    descriptors === undefined ? judged(terms, theirs, undefined) : [{ _tag: 'Describing', theirs }, [send(descriptors)]]
  return [state, [trust, ...commands]]
}

const judged = <J>(terms: HandshakeTerms<J>, theirs: Hello, descriptors: Descriptors | undefined): Next<J> => {
  let judgement: J
  try {
    judgement = terms.judge(theirs, descriptors)
  } catch (error) {
    return violate(error instanceof Error ? error.message : String(error))
  }
  const verdicts = send(terms.verdicts(judgement))
  // what this end refuses anyhow is not to be kept for a far end that comes back
  const isRefused = terms.objection(judgement, nothingSaid) !== undefined
  return [
    { _tag: 'Agreeing', theirs, judgement },
    isRefused ? [verdicts] : [{ _tag: 'Announce', theirs, judgement, kept: undefined }, verdicts],
  ]
}

const nothingSaid: Verdicts = { _tag: 'Verdicts', methods: [] }

const agreed = <J>(
  terms: HandshakeTerms<J>,
  { theirs, judgement }: { readonly theirs: Hello; readonly judgement: J },
  verdicts: Verdicts,
): Next<J> => {
  const objection = terms.objection(judgement, verdicts)
  if (objection !== undefined) return refuse('schema', objection)
  return [{ _tag: 'Settled' }, [{ _tag: 'Establish', theirs, judgement, verdicts }]]
}
