import { gapOf, type Mark } from './diagram.js'

/** Two diagrams under each other: what stands for the same moment stands in the same column. */
export interface Aligned {
  readonly expected: string
  readonly actual: string
  /** A marker under the first difference. */
  readonly marker: string
  /** When it is, in milliseconds; `undefined` where the two are the same. */
  readonly at: number | undefined
}

/** Moments that are shown before the first difference, and behind it. */
const before = 10
const behind = 8

const cellOf = (marks: readonly Mark[], at: number): string => {
  const there = marks.filter(mark => mark.at === at).map(({ letter }) => letter)
  return there.length > 1 ? `(${there.join('')})` : there.join('')
}

const keyOf = (marks: readonly Mark[], at: number): string =>
  marks.flatMap(mark => (mark.at === at ? [mark.key ?? mark.letter] : [])).join('\n')

/** One of the two, drawn cell by cell. */
class Line {
  text: string
  private readonly last: number

  constructor(
    private readonly marks: readonly Mark[],
    private column: number,
    lead: string,
  ) {
    this.text = lead
    this.last = marks.at(-1)?.at ?? -1
  }

  /** The time up to a moment. */
  goTo(at: number): void {
    const gap = at - this.column
    const isThere = cellOf(this.marks, at) !== ''
    if (this.last < at || (gap < 0 && !isThere)) return
    this.text += gap < 0 ? ` (at ${at}ms) ` : gapOf(gap)
    this.column = at
  }

  /** What stands there; nothing is a dash, as long as something is still to come. */
  put(at: number): void {
    const isOver = this.last < at || this.column > at
    const cell = cellOf(this.marks, at) || (isOver ? '' : '-')
    this.text += cell
    this.column += cell.length
  }

  /** All of it, with what is left out behind a moment as dots. */
  whole(next: number): string {
    return `${this.text}${this.last >= next ? ' ...' : ''}`.trimEnd()
  }
}

/** Draws two lists of marks under each other, and marks where they first differ. Of long ones only what is near to that is shown. */
export const align = (expected: readonly Mark[], actual: readonly Mark[]): Aligned => {
  const times = [...new Set([...expected, ...actual].map(({ at }) => at))].sort((a, b) => a - b)
  const first = times.findIndex(at => keyOf(expected, at) !== keyOf(actual, at))
  const focus = first < 0 ? times.length - 1 : first
  const from = Math.max(0, focus - before)
  const to = Math.min(times.length, focus + behind + 1)
  const start = from === 0 ? 0 : (times[from] as number)
  const lead = from === 0 ? '' : `... (at ${start}ms) `
  const lines = [new Line(expected, start, lead), new Line(actual, start, lead)] as const
  let marker = 0
  for (let i = from; i < to; i++) {
    const at = times[i] as number
    for (const line of lines) line.goTo(at)
    const width = Math.max(...lines.map(({ text }) => text.length))
    if (i === first) marker = width
    for (const line of lines) line.text = line.text.padEnd(width)
    for (const line of lines) line.put(at)
  }
  const next = times[to] ?? Infinity
  const [above, below] = lines.map(line => line.whole(next)) as [string, string]
  const margin = [above, below].every(text => text === '' || text.startsWith(' ')) ? 1 : 0
  return {
    expected: above.slice(margin),
    actual: below.slice(margin),
    marker: first < 0 ? '' : `${' '.repeat(marker - margin)}^`,
    at: first < 0 ? undefined : times[first],
  }
}
