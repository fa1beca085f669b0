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
export { draw, letters, type ExpectFrames, type FrameValues } from './testing/expect-frames.js'
export { cutAt, split, type Cut } from './testing/faults.js'
export {
  createMarbles,
  marbles,
  type AvaLike,
  type MarbleHelpers,
  type MarbleOptions,
  type MarbleRunner,
} from './testing/marbles.js'
export { latency, type Seen, type Wire, type WireEnd, type WireOptions } from './testing/wire.js'
export type { MakePeers, Peers, PeersOptions } from './testing/peers.js'
