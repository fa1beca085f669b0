/** How long a case waits for anything, in milliseconds. */
export const patience = 30_000

/** Lets what is under way arrive. */
export const pause = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms))

/** Waits for a promise, half a minute at most. */
export const within = async <T>(promise: Promise<T>, what: string): Promise<T> => {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: not within ${patience / 1_000} s`)), patience)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

/** Asks again, every 2 ms for half a minute at most, until there is an answer; what is asked may be far away. */
export const until = async <T>(ask: () => T | undefined | Promise<T | undefined>, what: string): Promise<T> => {
  const limit = Date.now() + patience
  for (;;) {
    const answer = await ask()
    if (answer !== undefined) return answer
    if (Date.now() > limit) throw new Error(`${what}: not within ${patience / 1_000} s`)
    await pause(2)
  }
}
