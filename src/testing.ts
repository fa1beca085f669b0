export { byteCases } from './testing/conformance/byte-cases.js'
export type { ByteCase, ByteRig } from './testing/conformance/byte-rig.js'
export {
  casesFor,
  type Capability,
  type ConformanceCase,
  type ConformanceSubject,
  type FarProgram,
  type LeftOut,
} from './testing/conformance/conformance-case.js'
export { conformanceCases } from './testing/conformance/conformance-cases.js'
export { conformanceContract, conformanceLimits } from './testing/conformance/conformance-contract.js'
export { serveConformance, type ServeConformanceOptions } from './testing/conformance/serve-conformance.js'
export { draw } from './testing/diagram.js'
export type { ExpectCalls, WhichCalls } from './testing/expect-calls.js'
export type { CreditValues, ExpectCredit, WhichCredit } from './testing/expect-credit.js'
export { statusLetters, type ExpectStatus, type StatusFields, type StatusValues } from './testing/expect-status.js'
export { letters, type ExpectFrames, type FrameFields, type FrameValues } from './testing/expect-frames.js'
export { corrupt } from './testing/faults/corrupt.js'
export { cutAt, type Cut, type CutLook } from './testing/faults/cut-at.js'
export { drop } from './testing/faults/drop.js'
export { duplicate } from './testing/faults/duplicate.js'
export type { Fault } from './testing/faults/fault.js'
export { latency } from './testing/faults/latency.js'
export { onPipe } from './testing/faults/on-pipe.js'
export { reorder } from './testing/faults/reorder.js'
export { split } from './testing/faults/split.js'
export { stall } from './testing/faults/stall.js'
export { byChance, type Which } from './testing/faults/which.js'
export type {
  PeerCapability,
  PeerConformanceCase,
  PeerConformanceSubject,
} from './testing/peer-conformance/peer-conformance-case.js'
export { peerConformanceCases } from './testing/peer-conformance/peer-conformance-cases.js'
export { backTasks, peerConformanceContract } from './testing/peer-conformance/peer-conformance-contract.js'
export {
  servePeerConformance,
  type ServePeerConformanceOptions,
} from './testing/peer-conformance/serve-peer-conformance.js'
export { asRecorded } from './testing/recording/as-recorded.js'
export {
  conversation,
  type ConversationCall,
  type ConversationEnds,
  type Grant,
  type PlainError,
} from './testing/recording/conversation.js'
export type { PayloadPart } from './testing/recording/payload-coders.js'
export { record } from './testing/recording/record.js'
export { Recorder, type RecorderOptions } from './testing/recording/recorder.js'
export {
  RecordingError,
  type NotRecorded,
  type PipeEnd,
  type RecordedContract,
  type RecordedFrame,
  type RecordedHalfEnd,
  type RecordedPipe,
  type Recording,
} from './testing/recording/recording.js'
export { readRecording, writeRecording } from './testing/recording/recording-file.js'
export type { Redact, Redactable } from './testing/recording/redact.js'
export { replay, type ReplayOptions } from './testing/recording/replay.js'
export { replayAgainst } from './testing/recording/replay-against.js'
export { ReplayMismatch, type MismatchDetails } from './testing/recording/replay-mismatch.js'
export { several, type Several } from './testing/recording/several.js'
export { toSpec, type Imported, type ImportedContract, type SpecOptions } from './testing/recording/to-spec.js'
export type { SaidFrame } from './testing/said-frame.js'
export type { MakeScript, Script, ScriptOptions } from './testing/script.js'
export type { ScriptValues } from './testing/script-steps.js'
export { seeded } from './testing/seeded.js'
export type { AssertDeepEqual } from './testing/lane.js'
export type { MarbleHelpers, MarbleOptions } from './testing/marble-test.js'
export { createMarbles, marbles, type AvaLike, type MarbleRunner } from './testing/marbles.js'
export type { Noted, RecordedEnd, Seen, WireEnd } from './testing/note-frames.js'
export type { Wire, WireOptions } from './testing/wire.js'
export type { Reading } from './testing/talk.js'
export type { MakePeers, Peers, PeersOptions } from './testing/peers.js'
