import type { Observable, SchedulerLike } from 'rxjs'
import type { Pipe } from '../pipe/pipe.js'
import type { CallFrame, Limits, ResumeAsked } from '../wire/frame.js'
import type { KeptSession } from './handshake-terms.js'
import type { HeartbeatOptions } from './heartbeat.js'
import type { Judgement, SchemaReport, Terms } from './judge.js'
import type { SessionKeys } from './proof.js'

/** How an end comes to a session. */
export interface SessionOptions extends Terms {
  /** What this end takes in. */
  readonly limits: Limits
  /** 32 random bytes, fresh with each call. */
  readonly nonce: () => Uint8Array
  /** The far end has proved itself, or there is nothing to be proved: it may say longer things from here on. */
  readonly trusted?: () => void
  /** Longest the handshake may take, in milliseconds. */
  readonly handshakeTimeout: number
  /** Longest to wait for the far end's half to end after our goodbye, in milliseconds. */
  readonly goodbyeTimeout: number
  /** How this end watches the other; without it there is no heartbeat. */
  readonly heartbeat?: HeartbeatOptions
  /** Whether sessions outlive their pipes; without it they do not. */
  readonly resume?: ResumeOptions
  /** Bytes that may wait because the far end does not read; past it the pipe counts as broken. Default 128 MiB. */
  readonly unreadBytes?: number
  readonly scheduler?: SchedulerLike
}

/** What an end offers, asks for and keeps, so that a session outlives its pipe. */
export interface ResumeOptions {
  /** How long this end keeps a session without a pipe, in milliseconds. */
  readonly windowMs: number
  /** On the end that dials: the session to go on with. */
  readonly asks?: Asks | undefined
  /** On the other: the session that is asked for, if it is kept. */
  readonly keeps?: (asked: ResumeAsked) => Kept | undefined
  /** Lets go of that session's old pipe, and says how many call frames came over it. */
  readonly freeze?: (asked: ResumeAsked) => number
  /** This end says its verdicts: the far end may begin the session with them, and know of it when this pipe is cut off. */
  readonly announced?: (announcement: Announcement) => void
}

/** A session that an end keeps, with what it made of the far end's contracts. */
export type Kept = KeptSession<Judgement>

/** What the end that dials asks for, and the session that it means. */
export interface Asks {
  readonly asked: ResumeAsked
  readonly session: Kept
}

/** A session that is about to begin over a pipe. */
export interface Announcement extends Kept {
  /** A newer pipe is there: ends this one without a word, and without a word to its subscriber. */
  readonly supersede: () => void
}

/** How a session came about. */
export type Beginning =
  | {
      readonly _tag: 'New'
      readonly judgement: Judgement
      readonly report: SchemaReport
      /** There where both ends would go on with it over another pipe. */
      readonly keys: SessionKeys | undefined
      /** How long both keep it without a pipe, in milliseconds. */
      readonly windowMs: number
      /** The number of its pipe: above 0 where it was announced over one that broke. */
      readonly epoch: number
    }
  /** An older one goes on; the far end has taken in so many of our call frames. */
  | { readonly _tag: 'Resumed'; readonly asked: ResumeAsked; readonly position: number }

/** What two ends have agreed on, for one pipe. */
export interface Session {
  readonly beginning: Beginning
  /** The calls' frames; its `incoming` delivers from its first subscription. */
  readonly pipe: Pipe<CallFrame>
  /** The far end's limits. */
  readonly limits: Limits
  /** How many of our call frames the far end has taken in, each time that it says so. */
  readonly acks$: Observable<number>
  /** Says how many call frames this end has taken in. */
  ack(position: number): void
  /** Says goodbye: the session completes once the far end has ended its half too. */
  goodbye(message?: string): void
  /** Cuts off a far end that broke the rules of the wire. */
  violated(rule: string): void
  /** Completes when all that was sent before has reached the far end's session. */
  ping(): Observable<never>
  /** This end cannot go on with the session that the two have just agreed to go on with: the far end may begin a new one. */
  lost(): void
  /** A newer pipe has taken over: ends this one without a word, and without a word to its subscriber. */
  supersede(): void
}
