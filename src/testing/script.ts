import { defer, Observable, Subscription, throwError } from 'rxjs'
import { contractsOf, type AnyContract } from '../contract/contract.js'
import { compileContract } from '../contract/compile-contract.js'
import { PipeError } from '../pipe/pipe-error.js'
import type { Pipe, Transport } from '../pipe/pipe.js'
import type { SessionOptions } from '../session/session-options.js'
import type { Frame, Limits, Validation } from '../wire/frame.js'
import { framed } from '../wire/framed.js'
import { defaultLimits } from '../wire/hello-codec.js'
import { checkValues, type Lanes, type LaneValues } from './lane.js'
import { ScriptPlayer } from './script-player.js'
import { stepsOf, type ScriptValues } from './script-steps.js'
import { codersOf, Talk } from './talk.js'
import type { Wire, WireOptions } from './wire.js'

/** What a scripted far end is. */
export interface ScriptOptions extends Omit<WireOptions, 'contracts'> {
  /** The contract, or contracts, that the far end answers. */
  readonly serves?: AnyContract
  /** The contract, or contracts, that it calls. */
  readonly uses?: AnyContract
  /**
   * What the letters stand for. `{ R: { value: 'hello' } }` encodes a value; a list has one for each in turn; `'[O]'` says what is to be
   * heard there; a letter of one's own has a `_tag`, or is bytes.
   */
  readonly values?: ScriptValues
  readonly validation?: Validation
  /** What it says that it takes in. */
  readonly limits?: Partial<Limits>
}

/** A far end that plays what a diagram says; the wire to it, recorded as any wire is. */
export interface Script extends Wire {
  /** Plays on a pipe of frames instead, for as long as it is subscribed. */
  readonly play: (pipe: Pipe<Frame>) => Observable<never>
}

/**
 * Plays a peer's half of a conversation from a diagram, so that one's own end is tested alone: under a peer, by `dial` or `pipes$`
 * of what it gives, or on a bare `Pipe<Frame>` by `play`.
 *
 * The script begins when there is a session: its handshake is done for it, pings and a goodbye are answered. A diagram that says or
 * awaits `H` does all of that itself.
 *
 * | in the diagram | the script |
 * |---|---|
 * | `R` | says a frame; without values, as an end that keeps the rules would say it, on the call that was opened last |
 * | `(NC)` | says several at one moment |
 * | `-`, ` 20ms ` | lets time go by, from where it last said or heard something |
 * | `[O]` | waits until it hears a frame, also one that has come meanwhile; passes over what came before that |
 * | `[N+]` | waits for one after the other |
 * | `\|`, `#` | ends its half in order, or aborts the pipe, as a far end that dies; `[\|]` and `[#]` wait for that |
 *
 * What it waits for and never hears fails the test; a script for every pipe has to be played to its end on one of them.
 *
 * @example
 * ```ts
 * const { dial, left } = script('[O] 5ms R', { serves: Kitchen, values: { R: { value: 'hello, Ann' } } })
 * expectObservable(dial.pipe(peer({ uses: Kitchen, random }), mergeMap(({ remote }) => remote.greet('Ann')))).toBe('45ms a', ...)
 * ```
 *
 * @param diagrams - one for every pipe; or a list, for the first pipe, the second and so on, after which nobody is there
 */
export type MakeScript = (diagrams: string | readonly string[], options?: ScriptOptions) => Script

interface Scene {
  readonly wire: (options?: WireOptions) => Wire
  readonly run: (source$: Observable<unknown>) => void
  readonly random: (size: number) => Uint8Array
  readonly now: () => number
  readonly lanes: Lanes
}

const sessionOf = (
  { serves, uses, validation = 'report', limits }: ScriptOptions,
  random: Scene['random'],
): SessionOptions => {
  const compiled = (contracts: AnyContract | undefined) =>
    contracts === undefined ? [] : contractsOf(contracts).map(contract => compileContract(contract))
  return {
    serves: compiled(serves),
    uses: compiled(uses),
    validation,
    limits: { ...defaultLimits, ...limits },
    nonce: () => random(32),
    handshakeTimeout: 5_000,
    goodbyeTimeout: 1_000,
  }
}

/** Plays on every pipe, for as long as it is subscribed; ends as the transport does. */
const playing =
  (perform: (pipe: Pipe) => Subscription) =>
  (pipes$: Transport): Observable<never> =>
    new Observable(subscriber => {
      subscriber.add(
        pipes$.subscribe({
          next: pipe => subscriber.add(perform(pipe)),
          error: (error: unknown) => subscriber.error(error),
          complete: () => subscriber.complete(),
        }),
      )
    })

const awaitedValues = (values: ScriptValues): LaneValues =>
  Object.fromEntries(
    Object.entries(values).flatMap(([letter, value]) => (letter.length === 3 ? [[letter[1] as string, value]] : [])),
  )

const sinceText = (since: number | undefined): string => (since === undefined ? '' : `, since ${since} ms`)

/** Fails where a script still waits, or heard something else than it says. */
const checkPlayed = (diagram: string, player: ScriptPlayer, lanes: Lanes, values: ScriptValues): void => {
  const { missing, heard, awaited } = player
  const list = heard.map(({ at, letter, text }) => `    ${`${at} ms`.padStart(9)}  ${letter}  ${text()}`)
  if (missing !== undefined) {
    const what = `[${missing.letters.join('')}]`
    const message = [
      `script: the far end still waits for ${what} at the end of the test${sinceText(missing.since)}`,
      '',
      `  script  ${diagram}`,
      `          ${' '.repeat(missing.place)}^`,
      '',
      list.length === 0 ? '  heard nothing' : '  heard, one by one',
      ...list.slice(-12),
      '',
      'find out why it was not said, or do not wait for it',
    ].join('\n')
    lanes.assertDeepEqual(what, '', message)
  }
  const happened = awaited.map(({ happening }) => happening)
  checkValues({ title: 'script', verb: 'heard' }, happened, awaitedValues(values), lanes.assertDeepEqual)
}

/** @internal */
export const makeScript =
  ({ wire, run, random, now, lanes }: Scene): MakeScript =>
  (diagrams, options = {}) => {
    const { serves, uses, values = {}, ...wireOptions } = options
    const contracts = [serves, uses].flatMap(each => (each === undefined ? [] : contractsOf(each)))
    const scripts = (typeof diagrams === 'string' ? [diagrams] : diagrams).map(diagram => ({
      diagram,
      steps: stepsOf(diagram, values),
    }))
    const scriptFor = (nth: number) => (typeof diagrams === 'string' ? scripts[0] : scripts[nth])
    const made = wire({ ...wireOptions, contracts })
    const coders = codersOf(contracts)
    const played: { readonly diagram: string; readonly player: ScriptPlayer }[] = []

    const perform = (pipe: Pipe<Frame>, sayBytes?: (bytes: Uint8Array) => void): Subscription => {
      const script = scriptFor(played.length)
      if (script === undefined) {
        pipe.outgoing.complete()
        return Subscription.EMPTY
      }
      const talk = new Talk(coders)
      const part = { steps: script.steps, talk, session: sessionOf(options, random), now }
      const player = new ScriptPlayer(pipe, sayBytes === undefined ? part : { ...part, sayBytes })
      played.push({ diagram: script.diagram, player })
      return player.play()
    }
    const overBytes = (pipe: Pipe): Subscription => perform(framed()(pipe), bytes => pipe.outgoing.next(bytes))

    lanes.add(() => {
      // of a script that is played on every pipe, one has to be played to its end
      const toCheck = typeof diagrams === 'string' ? played.filter(({ player }) => player.missing === undefined) : []
      for (const { diagram, player } of toCheck.length > 0 ? toCheck : played)
        checkPlayed(diagram, player, lanes, values)
      const unplayed = scripts.slice(played.length).find(({ steps }) => steps.some(({ _tag }) => _tag === 'Hear'))
      if (unplayed === undefined) return
      const message = `script: nobody was there to play '${unplayed.diagram}' to\n\nfind out why, or drop it`
      lanes.assertDeepEqual(unplayed.diagram, '', message)
    })

    let isListening = false
    const listen = (): void => {
      if (!isListening) run(made.pipes$.pipe(playing(overBytes)))
      isListening = true
    }
    let dialled = 0
    return {
      ...made,
      dial: defer(() => {
        if (scriptFor(dialled++) === undefined)
          return throwError(() => new PipeError('refused', 'the script has no other pipe'))
        listen()
        return made.dial
      }),
      pipes$: new Observable(subscriber => {
        subscriber.add(made.pipes$.subscribe(subscriber))
        const dialNext = (): void => {
          if (scriptFor(dialled++) === undefined) return
          const dialling = made.dial.pipe(playing(overBytes)).subscribe({ error: again, complete: again })
          subscriber.add(dialling)
        }
        // one string is one client: it does not come back
        const again = (): void => {
          if (typeof diagrams !== 'string') dialNext()
        }
        dialNext()
      }),
      play: pipe => new Observable(() => perform(pipe)),
    }
  }
