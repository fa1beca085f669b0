import type { Descriptors, Frame, Hello, ResumeAsked, SessionFrame, Verdicts } from '../wire/frame.js'
import type { SessionKeys } from './proof.js'

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
  /** The session that this end, which dialled, asks to go on with in its hello. */
  readonly asks: KeptSession<Judgement> | undefined
  /** The session that the far end asks to go on with, if this end still keeps it; asked again once that is proved. */
  readonly keeps: (asked: ResumeAsked) => KeptSession<Judgement> | undefined
}

/** A session that an end keeps for a far end that may come back, or that may still know of it. */
export interface KeptSession<Judgement> {
  readonly keys: SessionKeys
  /** How long both keep it without a pipe, in milliseconds. */
  readonly windowMs: number
  /** What this end made of the far end's contracts. */
  readonly judgement: Judgement
  /** The newest pipe that it had. */
  readonly epoch: number
  /**
   * Whether it has begun for this end, which takes the far end's `Verdicts`. Where they were cut off, the far end may have
   * begun it alone.
   */
  readonly begun: boolean
}

/** How far the handshake has come: what this end waits for next. */
export type HandshakeState<Judgement> =
  | { readonly _tag: 'New' }
  | { readonly _tag: 'Greeting' }
  /** `kept` is the session that the far end asks for, and that this end has. */
  | { readonly _tag: 'Proving'; readonly theirs: Hello; readonly kept: KeptSession<Judgement> | undefined }
  /** The old pipe of the session is being let go: how far it came is not known until that is done. */
  | { readonly _tag: 'Freezing'; readonly theirs: Hello; readonly kept: KeptSession<Judgement> }
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
  /** The far end has proved what it has to, if anything. */
  | { readonly _tag: 'Trust' }
  /**
   * This end says its verdicts, and the far end may begin the session with them. `kept`: it has said them before, of that
   * session, over an older pipe.
   */
  | {
      readonly _tag: 'Announce'
      readonly theirs: Hello
      readonly judgement: Judgement
      readonly kept: KeptSession<Judgement> | undefined
    }
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
  /** There will be no session over this pipe. */
  | { readonly _tag: 'Fail'; readonly error: Error }
  /** The far end has said an orderly goodbye before there was a session. */
  | { readonly _tag: 'End' }

/** Where every handshake begins. */
export const newHandshake = { _tag: 'New' } as const
