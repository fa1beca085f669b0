import type { Hello } from '../wire/frame.js'
import { longestWait } from './longest-wait.js'
import { offerOf } from './judge.js'
import type { SessionOptions } from './session-options.js'

/** The version of the wire that this code speaks. */
export const wireVersion = 1

/** The `Hello` of an end, for one pipe. */
export const helloOf = (options: SessionOptions, secret: Uint8Array | undefined): Hello => ({
  _tag: 'Hello',
  versions: [wireVersion],
  nonce: options.nonce(),
  proof: secret !== undefined,
  limits: options.limits,
  validation: options.validation,
  serves: options.serves.map(offerOf),
  uses: options.uses.map(offerOf),
  heartbeatMs: longestWait(options.heartbeat?.everyMs ?? 0),
  capabilities: [],
  resumeMs: longestWait(options.resume?.windowMs ?? 0),
  resume: options.resume?.asks?.asked,
})
