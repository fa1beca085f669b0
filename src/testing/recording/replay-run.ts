import type { Subscription } from 'rxjs'
import type { Pipe } from '../../pipe/pipe.js'
import type { CallFrame } from '../../wire/frame.js'
import { numberOf } from './payload-coders.js'
import { otherEnd, RecordingError, type PipeEnd } from './recording.js'
import { ReplayCalls } from './replay-calls.js'
import { ReplayLink } from './replay-link.js'
import { unlike } from './replay-mismatch.js'
import type { ReplayScript, ReplayStep } from './replay-script.js'
import type { ReplayEffects, ReplaySetup } from './replay-setup.js'
import type { Utterance } from './utterance.js'

type Said = Extract<ReplayStep, { readonly _tag: 'Said' }>

/** What the end under test has to do first. */
type Wait = 'credit' | 'pipe' | Utterance

/**
 * Plays one end of a session, and looks at what the other says.
 *
 * Walks through what was recorded: what the played end said is said at its time, and not before the other has said what it
 * said before that.
 */
export class ReplayRun {
  private readonly calls: ReplayCalls
  private readonly link: ReplayLink
  private readonly tested: PipeEnd
  private place = 0
  /** When the first pipe was there, by the scheduler's clock. */
  private begunAt: number | undefined = undefined
  /** How much later everything is than it was, and how much later, or earlier, each call is. */
  private lag = 0
  private readonly lags = new Map<number, number>()
  private timer: Subscription | undefined = undefined
  private greeting: Subscription | undefined = undefined
  private attached = 0
  private redialled = -1
  private patience: { readonly place: number; readonly timer: Subscription } | undefined = undefined
  private walking = false
  /** The played end has said goodbye; the pipe is down, as it was then; the end under test has left. */
  private saidGoodbye = false
  private broke = false
  private isLeft = false
  private ended = false

  constructor(
    private readonly script: ReplayScript,
    private readonly setup: ReplaySetup,
    private readonly effects: ReplayEffects,
  ) {
    const { plays, recording, random, scheduler, coders, pace } = setup
    this.tested = otherEnd(plays)
    this.calls = new ReplayCalls(script, this.tested, coders, pace === 'fast' || script.end !== this.tested)
    const hello = script.hellos[plays]
    if (hello === undefined)
      throw new RecordingError(`the end that ${plays} said no Hello in the recording: there is nothing to play`)
    this.link = new ReplayLink(
      { plays, hello, contracts: recording.contracts, random, scheduler },
      {
        greeted: theirs => (this.calls.hello = theirs),
        described: contract => coders.describe(contract),
        agreed: goesOn => this.agreed(goesOn),
        said: frame => this.heard(frame),
        over: error => this.over(error),
        failed: error => this.fail(error),
      },
    )
  }

  /** Plays over a pipe, or goes on over another. */
  attach(pipe: Pipe): void {
    const { scheduler, plays, pace } = this.setup
    this.begunAt ??= scheduler.now()
    const ms = pace === 'fast' ? 0 : (this.script.pipes[this.attached++]?.greetedAfter[plays] ?? 0)
    this.greeting = scheduler.schedule(() => {
      this.broke = false
      if (this.script.agreed) return this.link.attach(pipe)
      this.link.greet(pipe)
      this.walk()
    }, ms)
  }

  /** Nobody plays any more. */
  close(): void {
    this.stop()
    this.link.close()
  }

  private agreed(goesOn: boolean): void {
    const isToGoOn = this.script.steps[this.place]?._tag === 'Resumed'
    if (isToGoOn && !goesOn) return this.fail(unlike('a new session', 'the session to go on: dial with reconnect()'))
    if (!isToGoOn && goesOn) return this.fail(unlike('the session to go on', 'the pipe to hold'))
    if (goesOn) this.place++
    this.walk()
  }

  private heard(frame: CallFrame): void {
    if (this.ended) return
    try {
      this.calls.heard(frame, this.setup.scheduler.now())
    } catch (error) {
      return this.fail(error as Error)
    }
    this.walk()
  }

  private over(error: unknown): void {
    if (error === undefined) this.isLeft = true
    if (this.ended) return this.link.close()
    if (error === undefined || this.isMeant) return this.walk()
    const why = error instanceof Error ? ` (${error.message})` : ''
    this.fail(unlike(`this end broke the session off${why}`, 'it to go on', error))
  }

  /** Whether the pipe breaks as it did: by the end under test, or because the two did not come to terms. */
  private get isMeant(): boolean {
    if (this.broke || this.saidGoodbye || !this.script.agreed) return true
    const rest = this.script.steps.slice(this.place)
    if (rest.some(step => step._tag === 'Goodbye' && step.frame.reason !== 'DONE')) return true
    return rest.find(step => step.by === this.tested)?._tag === 'Ended'
  }

  /** Walks on as far as may be. */
  private walk(): void {
    if (this.walking || this.ended) return
    this.walking = true
    this.timer?.unsubscribe()
    let wait: Wait | undefined
    for (let step = this.next; step !== undefined && !this.ended; step = this.next) {
      if (step.by !== this.tested && !this.isDue(step)) break
      wait = this.take(step)
      if (wait !== undefined) break
      this.place++
    }
    this.walking = false
    if (this.ended) return
    if (wait !== undefined) this.waitFor(wait)
    else if (this.next === undefined) this.finish()
  }

  private get next(): ReplayStep | undefined {
    return this.script.steps[this.place]
  }

  /** Does what a step says, or says what has to happen first. */
  private take(step: ReplayStep): Wait | undefined {
    switch (step._tag) {
      case 'Said':
        return step.by === this.tested ? this.expect(step) : this.say(step)
      case 'Goodbye':
        // the end under test need not leave by itself
        if (step.by === this.tested || this.isLeft) return undefined
        this.saidGoodbye = true
        this.link.goodbye(step.frame)
        return undefined
      case 'Ended':
        return this.takeEnd(step)
      case 'Resumed':
        if (this.isLeft) this.fail(unlike('its goodbye', 'the session to go on over another pipe'))
        if (!this.broke) this.breakOff('error')
        if (this.setup.plays === 'dialled' && this.redialled !== this.place) this.effects.dialAgain()
        this.redialled = this.place
        return 'pipe'
    }
  }

  private expect({ whole, at }: Said): Wait | undefined {
    if (whole === undefined) return undefined
    if (!this.calls.wasSaid(whole)) {
      if (this.isLeft) this.fail(this.calls.silent(whole, 'it said goodbye instead'))
      return whole
    }
    const said = this.calls.saidAt(whole)
    if (said === undefined) return undefined
    const lag = said - (this.begunAt ?? said) - (at - this.script.at)
    this.lags.set(whole.id, lag)
    this.lag = Math.max(this.lag, lag)
    return undefined
  }

  private say({ frame, blanked, whole, by, isItem }: Said): Wait | undefined {
    const { calls } = this
    if (blanked) {
      const { method = 'a method' } = calls.servedBy(frame.id) ?? {}
      this.fail(
        new RecordingError(
          `what was recorded of ${method} was left out, and cannot be said again: let redact put another value in its place`,
        ),
      )
      return undefined
    }
    const id = calls.idNow(frame.id)
    // it is of a call that the recording left out
    if (id === undefined) return undefined
    if (isItem && 'payload' in frame) {
      if (!calls.hasCredit(frame.id)) return calls.isOver(frame.id) || this.isLeft ? undefined : 'credit'
      calls.spend(frame.id, frame.payload.length, frame._tag === 'Fragment')
    }
    if (whole !== undefined) calls.played(whole, by)
    this.link.say({
      ...frame,
      id,
      ...(frame._tag === 'Open' ? { method: this.methodNow(frame.id, frame.method) } : {}),
    })
    return undefined
  }

  /** A method may have another number by now. */
  private methodNow(id: number, number: number): number {
    const { hello } = this.calls
    const served = this.calls.servedBy(id)
    return (hello === undefined || served === undefined ? undefined : numberOf(hello, served)) ?? number
  }

  private takeEnd({ by, end }: Extract<ReplayStep, { readonly _tag: 'Ended' }>): Wait | undefined {
    if (this.saidGoodbye || this.isLeft || this.broke) return undefined
    // after a goodbye of the end under test, which need not say one now, the end is not a break
    const leaves = this.script.steps.slice(0, this.place).some(step => step._tag === 'Goodbye')
    if (by !== this.tested && !leaves) this.breakOff(end)
    return undefined
  }

  private breakOff(how: 'complete' | 'error'): void {
    this.broke = true
    this.link.end(how)
  }

  private isDue(step: ReplayStep): boolean {
    if (this.setup.pace === 'fast' || this.isLeft) return true
    const ms = this.dueIn(step)
    if (ms <= 0) return true
    this.timer = this.setup.scheduler.schedule(() => this.walk(), ms)
    return false
  }

  /** In how many milliseconds that happens: in a call, as long after what was said in it before as it was then. */
  private dueIn(step: ReplayStep): number {
    const now = this.setup.scheduler.now()
    const lag = (step._tag === 'Said' ? this.lags.get(step.frame.id) : undefined) ?? this.lag
    return (this.begunAt ?? now) + step.at - this.script.at + lag - now
  }

  private waitFor(wait: Wait): void {
    const { place, patience, setup } = this
    if (patience?.place === place) return
    patience?.timer.unsubscribe()
    const ms = setup.patienceMs + Math.max(0, this.dueIn(this.next as ReplayStep))
    const timer = setup.scheduler.schedule(() => {
      if (this.place === place) this.fail(this.missing(wait))
    }, ms)
    this.patience = { place, timer }
  }

  private missing(wait: Wait): Error {
    const late = `for ${this.setup.patienceMs} ms`
    if (wait === 'pipe') return unlike('no other pipe', `the session to go on ${late}: dial with reconnect()`)
    if (wait === 'credit') return unlike('none', `credit for the next item ${late}`)
    return this.calls.silent(wait, late)
  }

  private finish(): void {
    if (this.isLeft || this.saidGoodbye || this.broke) {
      this.stop()
      if (this.isLeft) this.link.close()
      return this.effects.done()
    }
    // what is said in the same moment is still to be heard
    this.timer = this.setup.scheduler.schedule(() => {
      this.saidGoodbye = true
      this.link.goodbye({ _tag: 'Goodbye', reason: 'DONE', message: 'the recording ends here' })
    })
  }

  private fail(error: Error): void {
    if (this.ended) return
    this.stop()
    this.effects.failed(error)
    this.link.close()
  }

  private stop(): void {
    this.ended = true
    this.timer?.unsubscribe()
    this.greeting?.unsubscribe()
    this.patience?.timer.unsubscribe()
  }
}
