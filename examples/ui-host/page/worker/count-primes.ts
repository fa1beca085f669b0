import { asyncScheduler, Observable, type SchedulerLike } from 'rxjs'

/** Odd numbers of one piece of work. */
const perPiece = 2 ** 20

/** How far a count is: so many primes below `reached`. */
export interface Counted {
  readonly reached: number
  readonly primes: number
}

/** All odd primes up to a number. */
const oddPrimesTo = (limit: number): Uint32Array => {
  const composite = new Uint8Array(limit + 1)
  const primes: number[] = []
  for (let n = 3; n <= limit; n += 2) {
    if (composite[n] === 1) continue
    primes.push(n)
    for (let m = n * n; m <= limit; m += 2 * n) composite[m] = 1
  }
  return Uint32Array.from(primes)
}

/** How many odd primes are in `[from, to)`; `from` is odd, and `piece` has room for all its odd numbers. */
const oddPrimesIn = (from: number, to: number, divisors: Uint32Array, piece: Uint8Array): number => {
  const length = Math.ceil((to - from) / 2)
  piece.fill(0, 0, length)
  for (const p of divisors) {
    if (p * p >= to) break
    const first = Math.max(p * p, Math.ceil(from / p) * p)
    const odd = first % 2 === 0 ? first + p : first
    for (let at = (odd - from) / 2; at < length; at += p) piece[at] = 1
  }
  let primes = 0
  for (let at = 0; at < length; at += 1) primes += 1 - piece[at]!
  return primes
}

/**
 * Counts the primes below a number by sieving it piece after piece (Eratosthenes), and tells after each.
 *
 * Between two pieces the scheduler has its turn, so that the worker listens while it counts.
 */
export const countPrimes = (below: number, scheduler: SchedulerLike = asyncScheduler): Observable<Counted> =>
  new Observable(subscriber => {
    const divisors = oddPrimesTo(Math.ceil(Math.sqrt(below)))
    const piece = new Uint8Array(perPiece)
    let from = 3
    let primes = below > 2 ? 1 : 0
    return scheduler.schedule(function () {
      const to = Math.min(below, from + 2 * perPiece)
      if (from < to) primes += oddPrimesIn(from, to, divisors, piece)
      from += 2 * perPiece
      subscriber.next({ reached: to, primes })
      if (from < below) this.schedule()
      else subscriber.complete()
    })
  })
