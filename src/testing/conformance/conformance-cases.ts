import { backpressureCases } from './backpressure-cases.js'
import { callCases } from './call-cases.js'
import { cancelCases } from './cancel-cases.js'
import { chunkingCases } from './chunking-cases.js'
import { clientCases } from './client-cases.js'
import { closeCases } from './close-cases.js'
import type { ConformanceCase } from './conformance-case.js'
import { deadlineCases } from './deadline-cases.js'
import { deathCases } from './death-cases.js'
import { reconnectCases } from './reconnect-cases.js'
import { sizeCases } from './size-cases.js'
import { streamCases } from './stream-cases.js'

/**
 * What a transport promises with a peer at either end, whatever it is made of.
 *
 * A list of functions: any runner will do, in Node and in a page. The far program runs `serveConformance`.
 *
 * @example
 * ```ts
 * for (const { group, name, run } of casesFor(subject, conformanceCases).cases) test(`${group}: ${name}`, () => run(subject))
 * ```
 */
export const conformanceCases: readonly ConformanceCase[] = [
  ...callCases,
  ...streamCases,
  ...cancelCases,
  ...deadlineCases,
  ...sizeCases,
  ...backpressureCases,
  ...chunkingCases,
  ...clientCases,
  ...deathCases,
  ...closeCases,
  ...reconnectCases,
]
