import { align } from './aligned.js'
import { draw, parse, type Mark } from './diagram.js'
import { sameValue, showValue } from './recording/print-value.js'

/** Throws when the two differ, however deep; the message, if it takes one, stands in front of its own. */
export type AssertDeepEqual = (actual: unknown, expected: unknown, message?: string) => void

/** Something that happened, as a diagram and a reader see it. */
export interface Happening extends Mark {
  /** In one line, for people. */
  readonly text: () => string
  /** A field of it by its name, as it is to be compared with the wanted one. */
  readonly field?: (name: string, wanted: unknown) => unknown
}

/** What is expected of a letter: of each that stands there, or of one after the other. */
export type LaneValues = Readonly<Record<string, object | readonly object[]>>

/** Something that is drawn as a diagram: all that happened, once virtual time has run out. */
export interface Lane {
  /** Who expects it: `expectFrames(left)`. */
  readonly title: string
  /** What became of it: `sent`. */
  readonly verb: string
  readonly happened: () => readonly Happening[]
}

/** So many are listed before the first difference, and behind it. */
const listed = 6

/** What is said of a place in a list: in a line of its own before it, or below what stands there. */
interface Remark {
  readonly inPlace?: string
  readonly below?: string
}

/** What happened around a place, a line for each. */
const listOf = (happened: readonly Happening[], place: number, { inPlace, below }: Remark = {}): readonly string[] => {
  const from = Math.max(0, place - listed)
  const to = place + listed + 1
  const lines = happened.slice(from, to).map(({ at, letter, text }, i) => {
    const mark = from + i === place && inPlace === undefined ? '>' : ' '
    return `  ${mark} ${timeOf(at)}  ${letter}  ${text()}`.trimEnd()
  })
  if (inPlace !== undefined) lines.splice(place - from, 0, inPlace)
  if (below !== undefined) lines.splice(place - from + 1, 0, below)
  return [...(from > 0 ? ['    ...'] : []), ...lines, ...(to < happened.length ? ['    ...'] : [])]
}

const timeOf = (at: number): string => `${at} ms`.padStart(9)

const keyOf = ({ key, letter }: Mark): string => key ?? letter

/** What happened around the first difference at a moment. */
const listAround = (expected: readonly Mark[], happened: readonly Happening[], at: number): readonly string[] => {
  const wanted = expected.filter(mark => mark.at === at)
  const found = happened.filter(mark => mark.at === at)
  const same = wanted.findIndex((mark, i) => found[i] === undefined || keyOf(mark) !== keyOf(found[i]))
  const nth = same < 0 ? wanted.length : same
  const first = happened.findIndex(mark => mark.at >= at)
  const place = (first < 0 ? happened.length : first) + nth
  const missing = wanted[nth]
  const what =
    missing === undefined
      ? wanted.length === 0
        ? 'nothing'
        : 'nothing more'
      : [missing.letter, missing.text?.()].filter(Boolean).join(' ')
  if (found[nth] !== undefined) return listOf(happened, place, { below: `${' '.repeat(18)}where ${what} was expected` })
  const none = found.length === 0 ? 'nothing' : 'nothing more'
  return listOf(happened, place, { inPlace: `  > ${timeOf(at)}     ${none}, where ${what} was expected` })
}

/** What became of a subscription: its diagram says all. */
export const wasOpen = 'was'

/** Longer ones are not worth copying. */
const longestRemedy = 120

const remedy = (happened: readonly Happening[], verb: string): string => {
  if (happened.length === 0) return 'find out why nothing came, or expect nothing'
  const drawn = draw(happened)
  return `find out why, or expect ${drawn.length > longestRemedy ? `what was ${verb}` : `'${drawn}'`}`
}

/** Says where two diagrams part, for people. */
export const diagramMismatch = (
  { title, verb }: Pick<Lane, 'title' | 'verb'>,
  expected: readonly Mark[],
  happened: readonly Happening[],
): string => {
  const { expected: above, actual: below, marker, at } = align(expected, happened)
  const width = Math.max('expected'.length, verb.length)
  const row = (name: string, text: string) => `  ${name.padEnd(width)}  ${text}`.trimEnd()
  const list = at === undefined || verb === wasOpen ? [] : listAround(expected, happened, at)
  return [
    at === undefined ? `${title}: not as expected` : `${title}: not as expected, first at ${at} ms`,
    '',
    row('expected', above),
    row(verb, below),
    ...(marker === '' ? [] : [row('', marker)]),
    '',
    ...(list.length === 0 ? [] : [`  ${verb}, one by one`, ...list, '']),
    remedy(happened, verb),
  ].join('\n')
}

const ordinal = (n: number): string => {
  const tail = n % 100 > 10 && n % 100 < 14 ? 'th' : (['th', 'st', 'nd', 'rd'][n % 10] ?? 'th')
  return `${n}${tail}`
}

const pick = ({ field }: Happening, wanted: object): object =>
  Object.fromEntries(Object.entries(wanted).map(([name, value]) => [name, field?.(name, value)]))

/** Checks fields of what stands for each letter. */
export const checkValues = (
  { title, verb }: Pick<Lane, 'title' | 'verb'>,
  happened: readonly Happening[],
  values: LaneValues,
  assertDeepEqual: AssertDeepEqual,
): void => {
  for (const [letter, wanted] of Object.entries(values)) {
    const struck = happened.filter(each => each.letter === letter)
    const each = (Array.isArray(wanted) ? wanted : struck.map(() => wanted)) as readonly object[]
    const actual = struck.map((one, i) => pick(one, each[i] ?? {}))
    const expected = each.map(one => ({ ...one }))
    const wrong = expected.findIndex((one, i) => !sameValue(actual[i], one))
    const place = wrong < 0 ? Math.min(struck.length, expected.length) : wrong
    const row = (name: string, one: object | undefined) =>
      `  ${name.padEnd(Math.max(8, verb.length))}  ${one === undefined ? 'nothing' : showValue(one)}`
    const at = struck[place]?.at
    const message = [
      `${title}: the ${ordinal(place + 1)} ${letter} is not as expected${at === undefined ? '' : `, at ${at} ms`}`,
      '',
      row('expected', expected[place]),
      row(verb, actual[place]),
      '',
      `  ${verb}, one by one`,
      ...listOf(happened, place < struck.length ? happened.indexOf(struck[place] as Happening) : happened.length),
      '',
      'find out why, or expect it',
    ].join('\n')
    assertDeepEqual(actual, expected, message)
  }
}

/** Expectations that are checked once virtual time has run out. */
export class Lanes {
  private readonly checks: (() => void)[] = []

  constructor(readonly assertDeepEqual: AssertDeepEqual) {}

  /** Expects of a lane what a diagram says, and of its letters what `values` say. */
  expect(lane: Lane, diagram: string, values: LaneValues = {}): void {
    const expected = parse(diagram)
    this.add(() => {
      const happened = lane.happened()
      const wanted = draw(expected)
      const found = draw(happened)
      if (wanted === found) this.assertDeepEqual(found, wanted)
      else this.assertDeepEqual(found, wanted, diagramMismatch(lane, expected, happened))
      checkValues(lane, happened, values, this.assertDeepEqual)
    })
  }

  /** Something else that is to be checked then. */
  add(check: () => void): void {
    this.checks.push(check)
  }

  /** Checks what has been expected, once. */
  check(): void {
    for (const check of this.checks.splice(0)) check()
  }
}
