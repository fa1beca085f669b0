import { mismatch } from './mismatch.js'
import type { StepType } from './type.js'

/** What happens between a value on the wire and the user's. */
export type Run = (value: unknown) => unknown

/** Innermost step first: what a decoder does. Throws {@link mismatch}. */
export const decodeSteps = (steps: readonly StepType[]): Run | undefined => {
  const runs = steps.map((step): Run => {
    if (step.kind === 'refine') {
      const holds = step.holds as (value: unknown) => boolean
      return value => {
        if (!holds(value)) throw mismatch
        return value
      }
    }
    const { codec } = step
    return value => {
      const decoded = codec.decode(value)
      if (decoded._tag === 'Left') throw mismatch
      return decoded.right as unknown
    }
  })
  const [first, second] = runs
  if (first === undefined) return undefined
  if (second === undefined) return first
  return value => {
    let result = value
    for (const run of runs) result = run(result)
    return result
  }
}

/** What an encoder does about a type's steps. */
export interface EncodeSteps {
  /** turns the user's value into the wire's, having checked it; absent where there is no transformation */
  readonly before: Run | undefined
  /** refinements of the wire's value, after its structure has been found right */
  readonly after: Run | undefined
}

/**
 * Outermost step first: what an encoder does. Throws {@link mismatch}.
 *
 * A refinement is asked only once the structure below it holds: its predicate relies on that.
 */
export const encodeSteps = (steps: readonly StepType[]): EncodeSteps => {
  const last = steps.findLastIndex(step => step.kind === 'via')
  const refines = last === -1 ? steps : steps.slice(0, firstVia(steps))
  const after = decodeSteps(refines)
  if (last === -1) return { before: undefined, after }
  const outer = decodeSteps(steps.slice(last + 1))
  const between = steps.slice(firstVia(steps), last + 1).reverse()
  return {
    before: value => {
      let result = value
      let first = true
      for (const step of between) {
        if (step.kind === 'refine') {
          if (!(step.holds as (value: unknown) => boolean)(result)) throw mismatch
          continue
        }
        if (!step.codec.is(result)) throw mismatch
        if (first) outer?.(result)
        first = false
        result = step.codec.encode(result)
      }
      return result
    },
    after,
  }
}

const firstVia = (steps: readonly StepType[]): number => steps.findIndex(step => step.kind === 'via')
