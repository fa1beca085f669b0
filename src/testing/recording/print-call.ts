import { isUsualWindow, type CallStory, type StoryEvent } from './call-story.js'
import type { Grant } from './conversation.js'
import { RecordingError, type PipeEnd } from './recording.js'
import { printValue, Unprintable } from './print-value.js'

/** Letters of diagrams: latin ones first, then whatever else is a letter. */
const letterOf = (n: number): string => {
  const latin = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'
  // from U+4E00 on there are more letters than a call has values that are worth looking at
  return latin[n] ?? String.fromCharCode(0x4e00 + n - latin.length)
}

/** The values of a call, each with its letter. */
class Letters {
  private readonly letters = new Map<string, string>()

  letter(source: string): string {
    const known = this.letters.get(source)
    if (known !== undefined) return known
    const letter = letterOf(this.letters.size)
    this.letters.set(source, letter)
    return letter
  }

  get entries(): readonly (readonly [string, string])[] {
    return [...this.letters].map(([source, letter]) => [letter, source])
  }
}

interface Mark {
  readonly at: number
  readonly text: string
}

/** Draws marks at their times: no two of them have the same. */
const drawn = (marks: readonly Mark[]): string => {
  let text = ''
  let column = 0
  for (const { at, text: mark } of marks) {
    const gap = at - column
    text += gap > 5 ? `${text === '' ? '' : ' '}${gap}ms ` : '-'.repeat(Math.max(0, gap))
    text += mark
    column = at + mark.length
  }
  return text
}

/** Source of a value, or why there is none. */
const sourceOf = (story: CallStory, value: unknown, pad: string): string => {
  try {
    return printValue(value, pad)
  } catch (error) {
    if (!(error instanceof Unprintable)) throw error
    throw new RecordingError(
      `a value of ${story.contract}.${story.method} cannot be written as source: ${error.message}`,
      {
        cause: error,
      },
    )
  }
}

const endMark = (event: StoryEvent): string => (event.kind === 'complete' ? '|' : event.kind === 'value' ? '' : '#')

/** The diagram of one direction; what came at once is one letter. */
const diagramOf = (story: CallStory, events: readonly StoryEvent[], letters: Letters, pad: string): string => {
  const marks: Mark[] = []
  for (let i = 0; i < events.length;) {
    const { at } = events[i] as StoryEvent
    const together: StoryEvent[] = []
    for (let event = events[i]; event?.at === at; event = events[++i]) together.push(event)
    const values = together.flatMap(event => (event.kind === 'value' ? [sourceOf(story, event.value, pad)] : []))
    const [only = ''] = values
    const letter =
      values.length === 0 ? '' : letters.letter(values.length === 1 ? only : `several(${values.join(', ')})`)
    const end = together.map(endMark).join('')
    marks.push({ at, text: letter !== '' && end !== '' ? `(${letter}${end})` : letter + end })
  }
  return drawn(marks)
}

const printGrants = (grants: readonly Grant[]): string => `[${grants.map(grant => `[${grant.join(', ')}]`).join(', ')}]`

/** Whether that is all that an end grants by itself: once, at the beginning, the usual window. */
const isUsualGrant = (grants: readonly Grant[]): boolean => {
  const [first] = grants
  return grants.length === 1 && first !== undefined && isUsualWindow({ items: first[1], bytes: first[2] })
}

const failureIn = (
  story: CallStory,
  events: readonly StoryEvent[],
  pad: string,
): readonly (readonly [string, string])[] =>
  events.flatMap((event): readonly (readonly [string, string])[] => {
    if (event.kind === 'failure') return [['failure', sourceOf(story, event.failure, pad)]]
    return event.kind === 'error' ? [['error', printValue(event.error, pad)]] : []
  })

/**
 * A call as source of {@link conversation}.
 *
 * @param played - the end that will be played: what that grants is written down, what the other does is its own affair
 * @param byDefault - the end that calls where nothing is said
 */
export const printCall = (story: CallStory, played: PipeEnd, byDefault: PipeEnd): string => {
  const { method, by, at, kind, cancelledAfter, timeout, metadata, credit, grants, inputGrants } = story
  const letters = new Letters()
  const pad = '    '
  const many = kind === 'upload' || kind === 'channel'
  const inputs = many ? diagramOf(story, story.inputs, letters, `${pad}  `) : ''
  const outputs = diagramOf(story, story.outputs, letters, `${pad}  `)
  const failures = failureIn(story, story.outputs, pad)
  const inputErrors = failureIn(story, story.inputs, pad).map(([, source]) => ['inputError', source] as const)
  const isPlayed = by === played
  const fields: (readonly [string, string])[] = [['method', printValue(method)]]
  if (by !== byDefault) fields.push(['by', printValue(by)])
  fields.push(['at', String(at)])
  if (!many && story.input !== undefined) fields.push(['input', sourceOf(story, story.input, pad)])
  if (inputs !== '') fields.push(['inputs', printValue(inputs)])
  if (outputs !== '') fields.push(['outputs', printValue(outputs)])
  const { entries } = letters
  if (entries.length > 0) {
    const line = `{ ${entries.map(([letter, source]) => `${letter}: ${source}`).join(', ')} }`
    const lines = `{\n${entries.map(([letter, source]) => `${pad}  ${letter}: ${source},\n`).join('')}${pad}}`
    fields.push(['values', line.length > 90 || line.includes('\n') ? lines : line])
  }
  fields.push(...failures, ...inputErrors)
  if (cancelledAfter !== undefined) fields.push(['cancelledAfter', String(cancelledAfter)])
  if (timeout !== undefined) fields.push(['timeout', String(timeout)])
  if (metadata !== undefined) fields.push(['metadata', printValue(metadata, pad)])
  if (credit !== undefined && !isUsualWindow(credit)) fields.push(['credit', printValue({ ...credit }, pad)])
  if (isPlayed && grants.length > 0) fields.push(['grants', printGrants(grants)])
  if (!isPlayed && many && !isUsualGrant(inputGrants)) fields.push(['inputGrants', printGrants(inputGrants)])
  const line = `  { ${fields.map(([name, source]) => `${name}: ${source}`).join(', ')} },\n`
  if (line.length <= 120 && !line.slice(0, -1).includes('\n')) return line
  return `  {\n${fields.map(([name, source]) => `${pad}${name}: ${source},\n`).join('')}  },\n`
}
