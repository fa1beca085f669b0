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
