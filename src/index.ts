export { TaggedError } from './error/tagged-error.js'
export { InvalidOption } from './error/invalid-option.js'
export type { Step } from './machine/step.js'
export { runMachine } from './machine/run-machine.js'
export type { Attempt, Layer, Pipe, TickEnd, Transport } from './pipe/pipe.js'
export { PipeError } from './pipe/pipe-error.js'
export { reconnect, type Delay, type Policy, type ReconnectOptions } from './pipe/reconnect.js'
export { exponential, linear, type ExponentialOptions, type LinearOptions } from './pipe/backoff.js'
export type { BufferOptions, OverflowPolicy } from './flow/bounded-buffer.js'
export type { WindowSize } from './flow/receive-window.js'
export {
  bytes,
  fixed32,
  fixed64,
  float,
  int32,
  int53,
  int64,
  sfixed32,
  sfixed64,
  sint32,
  sint64,
  uint32,
  uint64,
} from './schema/integers.js'
export { via } from './schema/via.js'
export { alias, fallback, pinned, withDefault } from './schema/field-options.js'
export { either, mapFromEntries, nonEmptyArray, option, setFromArray } from './schema/collections.js'
export {
  BigIntFromString,
  DateFromISOString,
  DateFromNumber,
  DateFromUnixTime,
  IntFromString,
  NonEmptyString,
  NumberFromString,
  UUID,
  type NonEmptyStringBrand,
  type UUIDBrand,
} from './schema/texts.js'
export { InvalidValue } from './schema/invalid-value.js'
export { describe } from './contract/describe.js'
export { toProto } from './contract/to-proto.js'
export {
  compareContracts,
  snapshot,
  type CompareMode,
  type ContractComparison,
  type Described,
} from './contract/compare-contracts.js'
export { formatReport, type ReportedMethod } from './contract/format-report.js'
export {
  channel,
  event,
  request,
  stream,
  upload,
  type AnyMethod,
  type FailureOf,
  type InputOf,
  type Method,
  type MethodKind,
  type MethodOptions,
  type OutputOf,
  type StreamOptions,
} from './contract/method.js'
export {
  all,
  contract,
  type AnyContract,
  type Contract,
  type ContractSet,
  type MethodsOf,
  type MethodTable,
} from './contract/contract.js'
export { ContractError } from './contract/contract-error.js'
export type { Difference, Verdict } from './contract/match-contract.js'
export type {
  Ack,
  Allowance,
  CallFrame,
  Cancel,
  Complete,
  Credit,
  Descriptors,
  Fail,
  FailCode,
  Fragment,
  Frame,
  Goodbye,
  GoodbyeReason,
  Hello,
  Limits,
  Metadata,
  MethodVerdict,
  Next,
  Offer,
  Open,
  Ping,
  Pong,
  Proof,
  Reply,
  ResumeAsked,
  ResumeProved,
  SessionFrame,
  Validation,
  VerdictKind,
  Verdicts,
} from './wire/frame.js'
export { framed } from './wire/framed.js'
export type { FrameLimit } from './wire/frame-limit.js'
export { ProtocolViolation } from './wire/protocol-violation.js'
export type { MethodReport, SchemaReport } from './session/judge.js'
export { Refused } from './session/refused.js'
export {
  Cancelled,
  Defect,
  Disconnected,
  Failure,
  GoingAway,
  InvalidPayload,
  NoReply,
  Overflow,
  Overloaded,
  SchemaMismatch,
  SessionLost,
  Timeout,
  TooLarge,
  Unimplemented,
  type CallEnd,
  type MethodDifference,
} from './call/call-errors.js'
export { answer, type AnswerOf, type AnswerOptions, type Project } from './call/answer.js'
export { AlreadyAnswered, type AnyCall, type Call, type OneAnswer, type Settled } from './call/call.js'
export type { CallOptions } from './call/calls-options.js'
export type { Consumer, Flow } from './call/consumer.js'
export { fromDemand } from './call/from-demand.js'
export { paced, type PacedOptions, type Work } from './call/paced.js'
export { Remote } from './call/remote.js'
export { toReadableStream } from './call/to-readable-stream.js'
export { Unpaced } from './call/unpaced.js'
export { assertCompatible } from './peer/assert-compatible.js'
export { attempt, toTaskEither } from './peer/attempt.js'
export type { CallError } from './peer/call-error.js'
export { merged } from './peer/merged.js'
export { expectTag, handleMessages, messages, UnexpectedTag, type Messages } from './peer/messages.js'
export { peer } from './peer/peer.js'
export { retryOnSessionLost } from './peer/retry-on-session-lost.js'
export type { PeerOptions, ResumeLimits } from './peer/peer-options.js'
export type { ContinuityOptions } from './session/continuity.js'
export type { HeartbeatOptions } from './session/heartbeat.js'
export type { IncomingCallOf, IncomingOf, NoContract, Peer, RemoteMethod, RemoteOf } from './peer/peer-types.js'
export { serve, type Handlers } from './peer/serve.js'
export { connected, disconnected, type Status } from './peer/status.js'
export { memoryPair, memoryPipes, type MemoryPair, type MemoryPipes } from './transport/memory-pipes.js'
export { messagePort, type MessagePortOptions, type PortLike } from './transport/message-port.js'
