/** How long a case waits for anything, in milliseconds: long, for a busy machine. */
export const patience = 30_000

let longest = patience

/** Cases wait no longer than that from now on, in milliseconds; for those that are run to see them fail. */
export const waitAtMost = (ms: number): void => {
  longest = ms
}

/** Lets what is under way arrive. */
export const pause = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms))

/** A case that fails in its midst awaits none of the promises that it has begun: nobody is to be told of those. */
export const mayBeLeft = <T>(promise: Promise<T>): Promise<T> => {
  promise.catch(() => undefined)
  return promise
}

/** Waits for a promise, 30 s at most. */
export const within = async <T>(promise: Promise<T>, what: string): Promise<T> => {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: not within ${longest / 1_000} s`)), longest)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

/** Asks again, every 2 ms for 30 s at most, until there is an answer; what is asked may be far away. */
export const until = async <T>(ask: () => T | undefined | Promise<T | undefined>, what: string): Promise<T> => {
  const limit = Date.now() + longest
  for (;;) {
    const answer = await ask()
    if (answer !== undefined) return answer
    if (Date.now() > limit) throw new Error(`${what}: not within ${longest / 1_000} s`)
    await pause(2)
  }
}
