import type { ExecutionContext, TestFn } from 'ava'
import { turnstile } from '../../helpers/turnstile.js'

/** Declares a test. */
export type InTurn = (title: string, run: (t: ExecutionContext) => Promise<unknown>) => void

/** Declares tests of which so many run at a time: ava starts all of a file at once. */
export const inTurn = (test: TestFn, most: number): InTurn => {
  const enter = turnstile(most)
  return (title, run) =>
    test(title, async t => {
      t.timeout(240_000) // most of it is waiting for its turn
      await enter(() => run(t))
    })
}
