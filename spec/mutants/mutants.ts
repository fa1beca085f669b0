import { callMutants } from './call.js'
import { flowMutants } from './flow.js'
import type { Mutant } from './mutant.js'
import { peerMutants } from './peer.js'
import { schemaMutants } from './schema.js'
import { sessionMutants } from './session.js'
import { testingMutants } from './testing.js'
import { transportMutants } from './transport.js'
import { wireMutants } from './wire.js'

/** All of them, in the order in which data flows. */
export const mutants: readonly Mutant[] = [
  ...flowMutants,
  ...schemaMutants,
  ...wireMutants,
  ...sessionMutants,
  ...callMutants,
  ...peerMutants,
  ...transportMutants,
  ...testingMutants,
]
