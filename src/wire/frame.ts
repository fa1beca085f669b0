/**
 * What two ends say to each other. Field numbers: proto/sluice/v1/wire.proto; meaning and order: proto/README.md.
 *
 * `id` names a call: odd if the end that dialled opened it, even otherwise. A `payload` is one value's protobuf
 * message; on a frame that was read it is a view of the bytes that arrived.
 */
export type Frame = CallFrame | SessionFrame

/** The frames of one call. */
export type CallFrame = Open | Next | Reply | Complete | Fail | Cancel | Credit | Fragment

/** The frames of the connection itself. */
export type SessionFrame = Hello | Proof | Descriptors | Verdicts | Ping | Pong | Ack | Goodbye

/** Starts a call of the `method`-th method that the far end's `Hello` serves. */
export interface Open {
  readonly _tag: 'Open'
  readonly id: number
  readonly method: number
  /** The request of a request, stream or event; empty for an upload or a channel. */
  readonly payload: Uint8Array
  /** The request follows in `Fragment`s and one `Next`; `payload` is empty then. */
  readonly more?: true
  /** How many items the caller takes in before it says more; `undefined` where none come back. */
  readonly credit: Allowance | undefined
  /** What is left of the caller's deadline, in milliseconds; `undefined`: no deadline. */
  readonly timeoutMs: number | undefined
  readonly metadata: Metadata | undefined
}

/** Items and bytes that may be sent. Counts saturate at 2^31 - 1. */
export interface Allowance {
  readonly items: number
  readonly bytes: number
}

/** What travels with a call besides its request: names and texts. */
export type Metadata = Readonly<Record<string, string>>

/** One item. */
export interface Next {
  readonly _tag: 'Next'
  readonly id: number
  readonly payload: Uint8Array
}

/** The one answer of a request or an upload: item and end in one. */
export interface Reply {
  readonly _tag: 'Reply'
  readonly id: number
  readonly payload: Uint8Array
}

/** This direction of the call has ended. */
export interface Complete {
  readonly _tag: 'Complete'
  readonly id: number
}

/** The call has failed. */
export interface Fail {
  readonly _tag: 'Fail'
  readonly id: number
  readonly code: FailCode
  readonly message: string
  /** Of a `DEFECT`: the name of the error that was thrown. */
  readonly name?: string
  /** Of a `DEFECT`, where the far end was set up to tell. */
  readonly stack?: string
  /** Of a `FAILURE`: the value, encoded by the method's failure codec. */
  readonly failure?: Uint8Array
}

/** Why a call failed; the number is its code on the wire. */
export const failCodes = {
  FAILURE: 1,
  DEFECT: 2,
  UNIMPLEMENTED: 3,
  NO_REPLY: 4,
  TIMEOUT: 5,
  INVALID_PAYLOAD: 6,
  SCHEMA_MISMATCH: 7,
  OVERFLOW: 8,
  OVERLOADED: 9,
  TOO_LARGE: 10,
  GOING_AWAY: 11,
} as const

/** The name of a code of {@link failCodes}. */
/** Why a call failed, by name. */
export type FailCode = keyof typeof failCodes

/** The caller wants no more. */
export interface Cancel {
  readonly _tag: 'Cancel'
  readonly id: number
}

/** That many more, please. */
export interface Credit extends Allowance {
  readonly _tag: 'Credit'
  readonly id: number
}

/** A part of the next payload of this call; more follows. */
export interface Fragment {
  readonly _tag: 'Fragment'
  readonly id: number
  readonly payload: Uint8Array
}

/** The first frame of either end. */
export interface Hello {
  readonly _tag: 'Hello'
  readonly versions: readonly number[]
  /** 32 random bytes, fresh for every pipe. */
  readonly nonce: Uint8Array
  /** This end knows a secret, and wants a `Proof`. */
  readonly proof: boolean
  readonly limits: Limits
  readonly validation: Validation
  readonly serves: readonly Offer[]
  readonly uses: readonly Offer[]
  /** How often this end asks to be heard, in milliseconds; 0: no heartbeat. */
  readonly heartbeatMs: number
  /** Names of extensions that this end understands. */
  readonly capabilities: readonly string[]
  /** How long this end keeps a session whose pipe broke, in milliseconds; 0: it does not. */
  readonly resumeMs: number
  /** Of the end that dialled: the session that it would go on with. */
  readonly resume: ResumeAsked | undefined
}

/** What an end says of the session that it would go on with. */
export interface ResumeAsked {
  /** Its id, 16 bytes. */
  readonly session: Uint8Array
  /** Counts the pipes of the session; a newer one supersedes an older. */
  readonly epoch: number
  /** How many of the far end's call frames this end has taken in. */
  readonly position: number
  /** This end was cut off before it had the far end's `Verdicts` of that session: they are to be sent again. */
  readonly lacksVerdicts: boolean
}

/** What an end proves of the session that it would go on with. */
export interface ResumeProved extends Omit<ResumeAsked, 'session' | 'epoch'> {
  /** HMAC-SHA-256 by the session's secret. */
  readonly mac: Uint8Array
}

/** What an end takes in. */
export interface Limits {
  /** A frame without its length, in bytes. */
  readonly frameBytes: number
  /** A payload put together from fragments, in bytes. */
  readonly messageBytes: number
  /** Calls open at once. */
  readonly calls: number
}

/** What to do about contracts that differ: report, refuse the connection, or not look. */
export type Validation = 'report' | 'require' | 'off'

/** A contract that an end serves or uses. */
export interface Offer {
  readonly contract: string
  /** SHA-256 of its canonical descriptor set. */
  readonly fingerprint: Uint8Array
  /** Their names, in order: {@link Open}'s `method` counts through these. */
  readonly methods: readonly string[]
}

/** Shows that an end knows the key's secret, without sending it. */
/** Shows that its sender knows the key's secret, and, where a session goes on, the session's. */
export interface Proof {
  readonly _tag: 'Proof'
  /** HMAC-SHA-256 by the key's secret; empty where there is none. */
  readonly mac: Uint8Array
  /** Where a session goes on. */
  readonly resume: ResumeProved | undefined
}

/** The descriptor sets of the contracts on whose fingerprints the two ends differ. */
export interface Descriptors {
  readonly _tag: 'Descriptors'
  readonly contracts: readonly { readonly contract: string; readonly fileDescriptorSet: Uint8Array }[]
}

/** What an end made of the far end's contracts. Also says: you may call now. */
export interface Verdicts {
  readonly _tag: 'Verdicts'
  readonly methods: readonly MethodVerdict[]
}

/** What an end made of one method of the far end's. */
/** What an end made of one method; `differences` where it is mismatched, `notes` where it is compatible. */
export interface MethodVerdict {
  readonly contract: string
  readonly method: string
  /** Judged as the end that serves the method, not as the one that uses it. */
  readonly serving: boolean
  readonly kind: VerdictKind
  readonly differences: readonly {
    readonly path: string
    readonly ours: string
    readonly theirs: string
    readonly why: string
  }[]
  readonly notes: readonly string[]
}

/** How a method was judged; `Disabled`: this end does not look, `Unverified`: there was nothing to look at. */
/** How an end's idea of a method stands to the other's. */
export type VerdictKind = 'Unverified' | 'Identical' | 'Compatible' | 'Mismatched' | 'Disabled'

/** Asks for a `Pong`; with token 0 it is only a sign of life. */
/** Asks for a `Pong`; says that its sender lives. */
export interface Ping {
  readonly _tag: 'Ping'
  /** Comes back in the `Pong`. */
  readonly token: number
}

/** The answer to a `Ping`: all that was sent before it has been taken in. */
/** Answers a `Ping`: all that came before it has arrived. */
export interface Pong {
  readonly _tag: 'Pong'
  readonly token: number
}

/** How many call frames the sender has taken in since the session began. */
export interface Ack {
  readonly _tag: 'Ack'
  readonly position: number
}

/** The last frame of an end. */
/** The last frame of an end. */
export interface Goodbye {
  readonly _tag: 'Goodbye'
  readonly reason: GoodbyeReason
  readonly message: string
}

/** Why an end says goodbye: `DONE` alone is an orderly end. */
/** Why an end says goodbye: `DONE` is orderly, the others are refusals. */
export type GoodbyeReason = 'DONE' | 'REFUSED' | 'VIOLATION' | 'SCHEMA' | 'LATE'

/** True for the frames of one call; the others are the session's own. */
export const isCallFrame = (frame: Frame): frame is CallFrame => 'id' in frame

/** The frames that carry a payload and nothing else. */
export type PayloadFrame = Next | Reply | Fragment

/** A frame whose payload is to follow; that of an `Open` is empty. */
export type FrameHead = Pick<PayloadFrame, '_tag' | 'id'> | Open

/** True for the frames that carry a payload and nothing else. */
export const isPayload = (frame: Frame): frame is PayloadFrame =>
  frame._tag === 'Next' || frame._tag === 'Reply' || frame._tag === 'Fragment'
