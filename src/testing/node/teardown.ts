/** Something to undo when a test is over, in the reverse order in which it was done. ava's `t` is one. */
export interface Teardown {
  teardown(undo: () => void | Promise<void>): void
}

/**
 * Plays something that has teardowns of its own, all done when it is over: for a runner whose tests have none, and for what several
 * tests look at.
 *
 * @example
 * ```ts
 * test('ends with its parent', () => scene(async t => {
 *   const program = startProgram(t, process.execPath, ['server.js'])
 *   await program.line(/^ready$/)
 * }))
 * ```
 */
export const scene = async <T>(play: (t: Teardown) => Promise<T>): Promise<T> => {
  const undo: (() => void | Promise<void>)[] = []
  try {
    return await play({ teardown: work => void undo.push(work) })
  } finally {
    for (const work of undo.reverse()) await work()
  }
}
