import { callCases } from './call-cases.js'
import { cancelCases } from './cancel-cases.js'
import type { ConformanceCase } from './conformance-case.js'
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
export const conformanceCases: readonly ConformanceCase[] = [...callCases, ...streamCases, ...cancelCases]
