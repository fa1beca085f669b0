/** A moment of a diagram, in milliseconds, and the letter that stands there: `|` and `#` are letters too. */
export interface Mark {
  readonly at: number
  readonly letter: string
  /** What it is compared by, where the letter alone does not tell. */
  readonly key?: string
  /** What it stands for, for people. */
  readonly text?: () => string
}

/** What a diagram has at one place: time that goes by, a time by the clock, letters of one moment, or letters in brackets. */
export type Piece =
  | { readonly _tag: 'Gap'; readonly ms: number }
  | { readonly _tag: 'At'; readonly ms: number }
  | { readonly _tag: 'Letters'; readonly letters: readonly string[]; readonly width: number }
  | { readonly _tag: 'Awaited'; readonly letters: readonly string[]; readonly place: number }

const units: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000 }

const unreadable = (diagram: string, place: number, why: string): never => {
  throw new Error(
    `${why} at column ${place + 1} of the diagram '${diagram}': see "The alphabet" for what may stand there`,
  )
}

const closing: Readonly<Record<string, string>> = { '(': ')', '[': ']' }

/**
 * Reads a diagram as rxjs does under `run`: a column is a millisecond, spaces stand for nothing, ` 20ms ` for its time,
 * and letters in parentheses for one moment, with a column for each character of theirs.
 *
 * Two things rxjs does not know. `(at 47ms)` is a time by the clock, for what comes sooner behind a group than its columns let it.
 * Letters in brackets take no time: a script waits there.
 *
 * @throws Error that names the column, when a bracket is open or a marker has no business there
 */
export const piecesOf = (diagram: string): readonly Piece[] => {
  const pieces: Piece[] = []
  for (let place = 0; place < diagram.length;) {
    const rest = diagram.slice(place)
    const [first = ''] = rest
    const time = place === 0 || diagram[place - 1] === ' ' ? /^(\d+(?:\.\d+)?)(ms|s|m) /.exec(rest) : null
    const clock = /^\(at (\d+(?:\.\d+)?)ms\)/.exec(rest)
    const close = closing[first]
    if (first === ' ') place++
    else if (first === '-') {
      pieces.push({ _tag: 'Gap', ms: 1 })
      place++
    } else if (time !== null) {
      pieces.push({ _tag: 'Gap', ms: Number(time[1]) * (units[time[2] as string] as number) })
      place += time[0].length
    } else if (clock !== null) {
      pieces.push({ _tag: 'At', ms: Number(clock[1]) })
      place += clock[0].length
    } else if (close !== undefined) {
      const end = diagram.indexOf(close, place)
      const letters = Array.from(diagram.slice(place + 1, end)).filter(letter => letter !== ' ')
      if (end < 0 || letters.some(letter => /[-()[\]^!]/.test(letter)))
        unreadable(diagram, place, `'${first}' is not closed with a '${close}' behind letters`)
      if (first === '[') pieces.push({ _tag: 'Awaited', letters, place })
      else pieces.push({ _tag: 'Letters', letters, width: letters.length + 2 })
      place = end + 1
    } else if (/[)\]^!]/.test(first)) unreadable(diagram, place, `there is a '${first}'`)
    else {
      pieces.push({ _tag: 'Letters', letters: [first], width: 1 })
      place++
    }
  }
  return pieces
}

/** The letters of a diagram, each at its time from the diagram's beginning. */
export const parse = (diagram: string): readonly Mark[] => {
  const marks: Mark[] = []
  let at = 0
  for (const piece of piecesOf(diagram)) {
    if (piece._tag === 'Gap') at += piece.ms
    else if (piece._tag === 'At') at = piece.ms
    else if (piece._tag === 'Awaited') throw new Error(`only a script waits: '${diagram}' has letters in brackets`)
    else {
      for (const letter of piece.letters) marks.push({ at, letter })
      at += piece.width
    }
  }
  return marks
}

/** A time that goes by: dashes for a few milliseconds, written out for more. */
export const gapOf = (ms: number): string => (ms > 5 ? ` ${ms}ms ` : '-'.repeat(ms))

/** Draws marks as a diagram. Where the marks stand too close for one, the time of each is written out. */
export const draw = (marks: readonly Mark[]): string => {
  let drawn = ''
  let column = 0
  for (let i = 0; i < marks.length;) {
    const { at } = marks[i] as Mark
    let end = i
    while (marks[end]?.at === at) end++
    const text = marks
      .slice(i, end)
      .map(({ letter }) => letter)
      .join('')
    const isGroup = end - i > 1
    drawn += at < column ? ` (at ${at}ms) ` : gapOf(at - column)
    drawn += isGroup ? `(${text})` : text
    column = at + (isGroup ? text.length + 2 : 1)
    i = end
  }
  return drawn.replace(/ {2,}/g, ' ').trim()
}
