import { SendWindow } from '../../flow/send-window.js'
import type { CallFrame, Hello } from '../../wire/frame.js'
import { letters } from '../expect-frames.js'
import { CallPayloads } from './call-payloads.js'
import { servedMethod, type PayloadCoders, type ServedMethod } from './payload-coders.js'
import { otherEnd, type PipeEnd } from './recording.js'
import { ReplayMismatch } from './replay-mismatch.js'
import type { ReplayScript } from './replay-script.js'
import { Utterances, type Utterance } from './utterance.js'

/** A recorded call, and how far the end under test has come with it. */
interface ReplayCall {
  readonly id: number
  readonly opener: PipeEnd
  readonly served: ServedMethod | undefined
  /** What the end under test said in it. */
  readonly expected: readonly Utterance[]
  readonly said: { readonly tag: Utterance['tag']; readonly at: number }[]
  /** Who ended it in the recording; `undefined` where that stops before. */
  readonly endedBy: PipeEnd | undefined
  /** What the end under test said when the other had ended the call: it crossed that, and another time may come before it. */
  readonly late: readonly Utterance['tag'][]
  /** What the end under test has granted. */
  readonly window: SendWindow
  /** The end under test is done with it. */
  isOver: boolean
  /** The played end is done with it: whatever comes of it now crossed that on its way. */
  isPlayed: boolean
}

interface Told {
  readonly by: PipeEnd
  readonly whole: Utterance
}

const isLast = (utterance: Utterance, by: PipeEnd, opener: PipeEnd): boolean =>
  utterance.tag === 'Reply' ||
  utterance.tag === 'Fail' ||
  utterance.tag === 'Cancel' ||
  (utterance.tag === 'Complete' && by !== opener)

/** Compares what the end under test says, call by call, with what was recorded. Ids are those of the recording. */
export class ReplayCalls {
  private readonly calls = new Map<number, ReplayCall>()
  /** The calls that the end under test makes, in order: its next `Open` is the next one's. */
  private readonly toOpen: number[] = []
  private opened = 0
  private readonly recordedId = new Map<number, number>()
  private readonly ownId = new Map<number, number>()
  private readonly speaker = new Utterances()
  /** What is expected of a call, by its place. */
  private readonly places = new Map<Utterance, number>()
  private nextId: number
  private readonly payloads: CallPayloads

  /** @param isSooner - what the played end says comes sooner than the end under test heard it when it was recorded */
  constructor(
    private readonly script: ReplayScript,
    private readonly tested: PipeEnd,
    coders: PayloadCoders,
    private readonly isSooner: boolean,
  ) {
    this.payloads = new CallPayloads(tested, script.hellos[tested], coders)
    this.nextId = tested === 'dialled' ? 2 : 1
    const all = new Map<number, Told[]>()
    for (const { by, whole } of script.steps.flatMap(step => (step._tag === 'Said' ? [step] : []))) {
      if (whole === undefined) continue
      const told = all.get(whole.id) ?? []
      told.push({ by, whole })
      all.set(whole.id, told)
    }
    for (const [id, told] of all) this.calls.set(id, this.callOf(id, told))
  }

  /** The `Hello` of the end under test, as it is now. */
  get hello(): Hello | undefined {
    return this.payloads.now
  }

  set hello(hello: Hello | undefined) {
    this.payloads.now = hello
  }

  /** The method that a recorded call is of. */
  servedBy(id: number): ServedMethod | undefined {
    return this.calls.get(id)?.served
  }

  /** The id that a recorded call has now; one that the played end makes gets one. */
  idNow(id: number): number | undefined {
    const call = this.calls.get(id)
    if (call === undefined || call.opener === this.tested || this.ownId.has(id)) return this.ownId.get(id)
    const own = this.nextId
    this.nextId += 2
    this.ownId.set(id, own)
    this.recordedId.set(own, id)
    return own
  }

  /** Whether the end under test has granted what another item needs. */
  hasCredit(id: number): boolean {
    return this.calls.get(id)?.window.open === true
  }

  /** An item, or a part of one, was sent. */
  spend(id: number, bytes: number, isPart: boolean): void {
    const window = this.calls.get(id)?.window
    if (isPart) window?.spendPart(bytes)
    else window?.spend(bytes)
  }

  isOver(id: number): boolean {
    return this.calls.get(id)?.isOver === true
  }

  /** Whether that was said already, or need not be. */
  wasSaid(utterance: Utterance): boolean {
    return !this.places.has(utterance) || this.saidAt(utterance) !== undefined
  }

  /** When that was said, by the clock that `heard` goes by. */
  saidAt(utterance: Utterance): number | undefined {
    return this.calls.get(utterance.id)?.said[this.places.get(utterance) ?? Infinity]?.at
  }

  /** The played end says that now. */
  played(utterance: Utterance, by: PipeEnd): void {
    const call = this.calls.get(utterance.id)
    if (call !== undefined && isLast(utterance, by, call.opener)) call.isPlayed = true
  }

  /**
   * The end under test says something.
   *
   * @throws {@link ReplayMismatch} where that was not recorded
   */
  heard(frame: CallFrame, now: number): void {
    if (frame._tag === 'Credit') {
      const id = this.recordedId.get(frame.id)
      if (id !== undefined) this.calls.get(id)?.window.grant(frame.items, frame.bytes)
      return
    }
    const whole = this.speaker.take(frame)
    if (whole === undefined) return
    const call = whole.tag === 'Open' ? this.opening(whole) : this.calls.get(this.recordedId.get(whole.id) ?? 0)
    // of a call that the recording left out
    if (call === undefined) return
    const expected = call.expected[call.said.length]
    if (expected === undefined ? this.mayGoOn(call, whole) : this.isAhead(expected, whole)) return
    const said = { ...whole, id: call.id }
    if (expected === undefined || !this.payloads.same(expected, said, call)) throw this.otherwise(call, expected, said)
    call.said.push({ tag: said.tag, at: now })
    if (whole.frame._tag === 'Open' && whole.frame.credit !== undefined)
      call.window.grant(whole.frame.credit.items, whole.frame.credit.bytes)
    if (isLast(whole, this.tested, call.opener)) call.isOver = true
  }

  /** The error of an end that did not say what was recorded. */
  silent(utterance: Utterance, why: string): ReplayMismatch {
    const call = this.calls.get(utterance.id) as ReplayCall
    return new ReplayMismatch(`this end did not say what was recorded (${why})`, {
      ...this.detailsOf(call),
      expected: this.payloads.recorded(utterance, call),
      got: 'nothing',
    })
  }

  private callOf(id: number, told: readonly Told[]): ReplayCall {
    const { script, tested } = this
    const opener = id % 2 === 1 ? 'dialled' : 'accepted'
    const open = told.find(({ whole }) => whole.tag === 'Open')?.whole
    const end = told.findIndex(({ by, whole }) => isLast(whole, by, opener))
    const endedBy = told[end]?.by
    const last = endedBy === undefined || endedBy === tested ? told.length : end
    const own = (part: readonly Told[]) => part.filter(({ by }) => by === tested).map(({ whole }) => whole)
    const expected = own(told.slice(0, last))
    expected.forEach((whole, place) => this.places.set(whole, place))
    if (opener === tested && open !== undefined) this.toOpen.push(id)
    return {
      id,
      opener,
      served:
        open?.frame._tag === 'Open' ? servedMethod(script.hellos[otherEnd(opener)], open.frame.method) : undefined,
      expected,
      said: [],
      endedBy,
      late: own(told.slice(last)).map(({ tag }) => tag),
      window: new SendWindow(),
      isOver: false,
      isPlayed: false,
    }
  }

  /** Whether the end under test may say that beyond what was recorded of it: where it could not yet know better. */
  private mayGoOn({ endedBy, opener, isPlayed, late }: ReplayCall, { tag }: Utterance): boolean {
    if (isPlayed || endedBy === undefined || late.includes(tag)) return true
    if (endedBy === this.tested) return false
    // a producer had not heard yet that it was to stop
    return opener !== this.tested || tag === 'Next' || tag === 'Complete'
  }

  /**
   * Whether the end under test gets further before it gives a call up than it got then: where what the other says comes sooner
   * now than it came then.
   */
  private isAhead(expected: Utterance, { tag }: Utterance): boolean {
    return this.isSooner && expected.tag === 'Cancel' && (tag === 'Next' || tag === 'Complete')
  }

  private opening(open: Utterance): ReplayCall {
    const id = this.toOpen[this.opened++]
    const call = id === undefined ? undefined : this.calls.get(id)
    if (id === undefined || call === undefined) {
      const stray = { opener: this.tested, served: this.servedNow(open) }
      throw new ReplayMismatch('this end made a call that was not recorded', {
        call: '',
        expected: `${this.toOpen.length} calls and no more`,
        got: this.payloads.said(open, stray),
        recorded: [],
        said: [],
        at: 0,
      })
    }
    this.recordedId.set(open.id, id)
    this.ownId.set(id, open.id)
    return call
  }

  /** The method that the end under test calls. */
  private servedNow({ frame }: Utterance): ServedMethod | undefined {
    return frame._tag === 'Open' ? servedMethod(this.script.hellos[otherEnd(this.tested)], frame.method) : undefined
  }

  private otherwise(call: ReplayCall, expected: Utterance | undefined, said: Utterance): ReplayMismatch {
    const details = this.detailsOf(call)
    return new ReplayMismatch('this end said something else than was recorded', {
      ...details,
      said: [...details.said, letters[said.tag]],
      expected: expected === undefined ? 'no more' : this.payloads.recorded(expected, call),
      // it may be of another method than the call that comes next
      got: this.payloads.said(said, { ...call, served: this.servedNow(said) ?? call.served }),
    })
  }

  private detailsOf(call: ReplayCall) {
    const lettersOf = (all: readonly Pick<Utterance, 'tag'>[]) => all.map(({ tag }) => letters[tag])
    const { served, id } = call
    const name = served === undefined ? 'a call' : `${served.contract}.${served.method}`
    return {
      call: `${name} (call ${id})`,
      recorded: lettersOf(call.expected),
      said: lettersOf(call.said),
      at: call.said.length,
    }
  }
}
