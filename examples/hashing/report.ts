import type { Tally, Totals } from './totals.js'

const grouped = (n: number): string => Math.round(n).toLocaleString('en-US')
const megabytes = (bytes: number): string => (bytes / 1e6).toLocaleString('en-US', { maximumFractionDigits: 1 })

const listOf = (title: string, { count, first }: Tally): readonly string[] =>
  count === 0
    ? []
    : [
        `${title}: ${grouped(count)}`,
        ...first.map(line => `  ${line}`),
        ...(count > first.length ? [`  and ${grouped(count - first.length)} more`] : []),
      ]

/** One line while it goes on. */
export const inShort = ({ files, counted, bytes }: Totals): string =>
  `${grouped(files)} of ${grouped(counted)} files, ${megabytes(bytes)} MB`

/**
 * What it came to.
 *
 * @param peakMemory - of this process, in bytes
 */
export const report = (totals: Totals, peakMemory: number): readonly string[] => {
  const { files, empty, bytes, lines, checked, special, changed, unreadable, wrong, end } = totals
  const { seconds, peakMemoryOfChild } = end ?? { seconds: NaN, peakMemoryOfChild: NaN }
  const rest = Object.entries(special).map(([what, n]) => `${grouped(n)} ${what}${n === 1 ? '' : 's'}`)
  return [
    `hashed    ${grouped(files)} files (${grouped(empty)} of them empty), ${megabytes(bytes)} MB, ${grouped(lines)} lines`,
    `took      ${seconds.toFixed(2)} s: ${megabytes(bytes / seconds)} MB/s, ${grouped(files / seconds)} files/s`,
    `memory    at most ${megabytes(peakMemory)} MB here, ${megabytes(peakMemoryOfChild)} MB in the child`,
    `checked   ${grouped(checked)} files were hashed here as well: ${wrong.count === 0 ? 'same digests' : 'DIFFERENT digests'}`,
    ...(rest.length === 0 ? [] : [`left out  ${rest.join(', ')}`]),
    ...listOf('changed while they were read', changed),
    ...listOf('could not be read', unreadable),
    ...listOf('hashed differently by the two ends', wrong),
  ]
}
