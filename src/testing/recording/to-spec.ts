import { contractsOf, type AnyContract } from '../../contract/contract.js'
import { storiesOf, type CallStory } from './call-story.js'
import { PayloadCoders } from './payload-coders.js'
import { printCall } from './print-call.js'
import { printValue } from './print-value.js'
import { readRecording } from './recording-file.js'
import { otherEnd, RecordingError, type PipeEnd, type Recording } from './recording.js'
import { scriptsOf, type ReplayScript } from './replay-script.js'

/** A name, and the module that exports it. */
export interface Imported {
  readonly name: string
  /** As the spec is to import it, such as `./kitchen.js`. */
  readonly module: string
}

/** A contract, and where the spec finds it. */
export interface ImportedContract extends Imported {
  readonly contract: AnyContract
}

/** What {@link toSpec} is to write. */
export interface SpecOptions {
  /** The contract that was spoken, or all of them. */
  readonly contract: ImportedContract | readonly ImportedContract[]
  /** The end under test; default the one at which it was recorded. The other is played. */
  readonly tests?: PipeEnd
  /**
   * The code under test: a function that is given the `Peer`, and returns an Observable that keeps it at work. Left out, a
   * stand-in does what was recorded.
   */
  readonly subject?: Imported
  /** The code under test as a table of handlers, for `serve`. */
  readonly handlers?: Imported
  /** Which of the recording's sessions, counted from 0; default the first. */
  readonly session?: number
  /** Title of the test; default one that names the methods. */
  readonly title?: string
}

/** What an end offers of the contracts that are at hand, as source. */
const offered = (
  contracts: readonly ImportedContract[],
  names: readonly string[],
): { readonly source: string; readonly used: readonly ImportedContract[] } => {
  const used = contracts.filter(({ contract }) => contractsOf(contract).some(({ name }) => names.includes(name)))
  const list = used.map(({ name }) => name).join(', ')
  return { source: used.length > 1 ? `all(${list})` : list, used }
}

/** Import statements, one for each module, in order. */
class Imports {
  private readonly modules = new Map<string, Set<string>>()

  add(module: string, ...names: readonly string[]): void {
    const known = this.modules.get(module) ?? new Set()
    for (const name of names) known.add(name)
    this.modules.set(module, known)
  }

  get source(): string {
    const lines = [...this.modules].map(
      ([module, names]) => `import { ${[...names].sort().join(', ')} } from ${printValue(module)}\n`,
    )
    return `import test from 'ava'\n${lines.join('')}`
  }
}

const fieldsOf = (fields: Readonly<Record<string, string>>): string => {
  const present = Object.entries(fields).filter(([, source]) => source !== '')
  return `{ ${present.map(([name, source]) => `${name}: ${source}`).join(', ')} }`
}

const namesOf = (stories: readonly CallStory[]): string => {
  const names = [...new Set(stories.map(({ method }) => method))]
  const [last = 'nothing'] = names.slice(-1)
  if (names.length > 5) return `${names.slice(0, 4).join(', ')} and ${names.length - 4} more go`
  return names.length > 1 ? `${names.slice(0, -1).join(', ')} and ${last} go` : `${last} goes`
}

const scriptOf = (recording: Recording, session: number): ReplayScript => {
  const script = scriptsOf(recording)[session]
  if (script === undefined)
    throw new RecordingError(
      `the recording has no session ${session}: there are ${scriptsOf(recording).length}, counted from 0`,
    )
  return script
}

/** What is to be said of a recording above its conversation. */
const remarkOn = (
  { startedAt, leftOut, pipes }: Recording,
  { end, pipes: own }: ReplayScript,
  calls: number,
): string => {
  const when = startedAt > 86_400_000 ? ` on ${new Date(startedAt).toISOString()}` : ''
  const lines = [
    `Recorded${when} by the end that ${end}: ${calls} ${calls === 1 ? 'call' : 'calls'}. A diagram begins with its call.`,
  ]
  if (own.length > 1) lines.push(`The session went over ${own.length} pipes; here it is over one.`)
  if (own.length < pipes.length)
    lines.push(`The recording has ${pipes.length} pipes, of which this is ${own.map(({ place }) => place).join(', ')}.`)
  if (leftOut.frames > 0)
    lines.push(`Left out of the recording: ${leftOut.calls} calls, ${leftOut.frames} frames in all.`)
  return lines.map(line => `// ${line}\n`).join('')
}

/**
 * Prints a recorded session as a spec for ava: TypeScript source of a marble test, which passes as it stands.
 *
 * It holds the conversation as values and diagrams, and plays it against the code under test. A session that went over
 * several pipes is written as if there had been one.
 *
 * @example
 * ```ts
 * const contract = { contract: Kitchen, name: 'Kitchen', module: './kitchen.js' }
 * writeFileSync('spec/bug.spec.ts', toSpec(readFileSync('kitchen.sluice'), { contract }))
 * ```
 *
 * @throws {@link RecordingError} when the file is none, when a contract is missing, or when values were left out
 */
export const toSpec = (recording: Uint8Array | Recording, options: SpecOptions): string => {
  const read = recording instanceof Uint8Array ? readRecording(recording) : recording
  const script = scriptOf(read, options.session ?? 0)
  const contracts = 'contract' in options.contract ? [options.contract] : options.contract
  const { dialled, accepted } = script.hellos
  if (dialled === undefined || accepted === undefined)
    throw new RecordingError('the recording has no Hello of both ends: it holds no conversation')
  const all = contracts.flatMap(({ contract }) => contractsOf(contract))
  const stories = storiesOf(script, new PayloadCoders(all, read.contracts))
  const names = (offers: typeof dialled.uses) => offers.map(({ contract }) => contract)
  const uses = offered(contracts, names(dialled.uses))
  const serves = offered(contracts, names(dialled.serves))
  const missing = stories.find(({ contract }) => !all.some(({ name }) => name === contract))
  if (missing !== undefined)
    throw new RecordingError(`a call of ${missing.contract} was recorded: name that contract and its module too`)
  const tests = options.tests ?? script.end
  const plays = otherEnd(tests)
  const own = tests === 'dialled' ? { uses, serves } : { uses: serves, serves: uses }
  const imports = new Imports()
  imports.add('rxjs', 'mergeMap', 'tap')
  imports.add('sluice', 'peer', 'type Transport')
  if (uses.used.length > 1 || serves.used.length > 1) imports.add('sluice', 'all')
  imports.add('sluice/testing', 'conversation', 'marbles', 'replayAgainst')
  for (const { module, name } of new Set([...uses.used, ...serves.used])) imports.add(module, name)
  const calls = stories.map(story => {
    const isUsed = uses.used.some(({ contract }) => Object.hasOwn(contract.methods, story.method))
    return printCall(story, plays, isUsed ? 'dialled' : 'accepted')
  })
  if (calls.some(call => call.includes('several('))) imports.add('sluice/testing', 'several')
  const { subject, handlers } = options
  let standIn = ''
  let work = 'underTest'
  if (subject !== undefined) {
    imports.add(subject.module, subject.name)
    work = subject.name
  } else if (handlers !== undefined) {
    imports.add(handlers.module, handlers.name)
    imports.add('sluice', 'serve')
    work = `far => serve(far, ${handlers.name})`
  } else {
    imports.add('sluice/testing', 'asRecorded')
    const list = [...new Set([...own.uses.used, ...own.serves.used])].map(({ name }) => name).join(', ')
    standIn = `// does what was recorded, in place of the code under test: put that here\nconst underTest = asRecorded(recorded, ${printValue(tests)}, [${list}])\n\n`
  }
  const title = options.title ?? `${namesOf(stories)} as recorded`
  const peerOptions = fieldsOf({ uses: own.uses.source, serves: own.serves.source, random: 'random' }).replace(
    'random: random',
    'random',
  )
  return `${imports.source}
${remarkOn(read, script, stories.length)}const recorded = conversation(${fieldsOf({ uses: uses.source, serves: serves.source })}, [${calls.length > 0 ? '\n' : ''}${calls.join('')}])

${standIn}test(${printValue(title)}, t => {
  const outcomes: string[] = []
  marbles(t, ({ random, run }) => {
    const end = (pipes$: Transport) =>
      pipes$.pipe(peer(${peerOptions}), mergeMap(${work}))
    run(replayAgainst(end, recorded, { plays: ${printValue(plays)} }).pipe(tap(outcome => outcomes.push(outcome))))
  })
  t.deepEqual(outcomes, ['as recorded'])
})
`
}
