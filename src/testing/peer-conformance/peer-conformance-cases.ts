import { backCases } from './back-cases.js'
import { callCases } from './call-cases.js'
import { creditCases } from './credit-cases.js'
import { deadlineCases, endCases } from './end-cases.js'
import { framingCases } from './framing-cases.js'
import { handshakeCases } from './handshake-cases.js'
import type { PeerConformanceCase } from './peer-conformance-case.js'
import { partCases } from './part-cases.js'
import { proofCases } from './proof-cases.js'
import { schemaCases } from './schema-cases.js'
import { goodbyeCases, livenessCases } from './session-cases.js'
import { limitCases, violationCases } from './violation-cases.js'

/**
 * What `proto/README.md` asks of a peer, in whatever language it is written, said to it frame by frame over a pipe.
 *
 * A list of functions: any runner will do. The peer serves `peerConformanceContract`, as that says each method does.
 *
 * @example
 * ```ts
 * for (const { group, name, run } of casesFor(subject, peerConformanceCases).cases) test(`${group}: ${name}`, () => run(subject))
 * ```
 */
export const peerConformanceCases: readonly PeerConformanceCase[] = [
  ...handshakeCases,
  ...proofCases,
  ...schemaCases,
  ...framingCases,
  ...callCases,
  ...creditCases,
  ...partCases,
  ...endCases,
  ...deadlineCases,
  ...violationCases,
  ...limitCases,
  ...livenessCases,
  ...goodbyeCases,
  ...backCases,
]
