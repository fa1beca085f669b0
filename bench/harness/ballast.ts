/** What one object of it takes with its place in the list, in bytes. */
const size = 48

/** Objects that stay, as a program has them: so many MiB as `--heap` says. Every process of the run loads this first. */
export const ballast = Array.from({ length: (Number(process.env.BENCH_HEAP) * 1024 * 1024) / size }, (_, n) => ({
  n,
  next: null,
}))
