import type { Subscription } from 'rxjs'
import type { Pipe } from '../../pipe/pipe.js'
import { isCallFrame, type CallFrame, type Frame, type GoodbyeReason } from '../../wire/frame.js'
import { FrameReader } from '../../wire/frame-reader.js'
import { check, same } from '../conformance/check.js'
import { pause, until } from '../conformance/waiting.js'
import { describeFrame } from '../describe-frame.js'
import { bytesOf } from './bytes-of.js'
import type { Referee } from './referee.js'

/** The frames of one tag. */
export type Tagged<T extends Frame['_tag']> = Extract<Frame, { readonly _tag: T }>

/** The token of pings that only say that this end is still there. */
const beat = 0x7777_7777

/**
 * A peer at the far end of a pipe, driven frame by frame.
 *
 * What it says is kept until it is asked for. Its pings are answered, since every end has to; all else is the case's.
 */
export class FarPeer {
  private waiting: Frame[] = []
  private fault: string | undefined = undefined
  private ended: string | undefined = undefined
  private tokens = 1_000
  private readonly reading: Subscription
  private beating: ReturnType<typeof setInterval> | undefined = undefined
  /** How often it has said Ping. */
  pings = 0
  /** Watches from the moment at which it is known what the far end serves. */
  referee: Referee | undefined = undefined

  constructor(readonly pipe: Pipe) {
    const reader = new FrameReader(64 * 1024 * 1024, frame => this.receive(frame))
    this.reading = pipe.incoming.subscribe({
      next: chunk => {
        try {
          reader.push(chunk.slice())
        } catch (error) {
          this.fault ??= String(error)
        }
      },
      error: (error: unknown) => (this.ended = `broke: ${String(error)}`),
      complete: () => (this.ended = 'ended'),
    })
  }

  private receive(frame: Frame): void {
    this.fault ??= this.referee?.take(frame)
    if (frame._tag === 'Pong' && frame.token === beat) return
    if (frame._tag !== 'Ping') this.waiting.push(frame)
    else {
      this.pings += 1
      this.say({ _tag: 'Pong', token: frame.token })
    }
  }

  /** Says something as often as the far end has asked for. */
  keepAlive(everyMs: number): void {
    if (everyMs > 0) this.beating = setInterval(() => this.say({ _tag: 'Ping', token: beat }), everyMs / 2)
  }

  /** Says frames, in one write. */
  say(...frames: readonly Frame[]): void {
    for (const frame of frames) this.referee?.say(frame)
    this.sayBytes(bytesOf(...frames))
  }

  /** Says whatever bytes. */
  sayBytes(bytes: Uint8Array): void {
    if (this.ended === undefined) this.pipe.outgoing.next(bytes)
  }

  /** Ends this end's half of the pipe. */
  endHalf(): void {
    if (this.ended === undefined) this.pipe.outgoing.complete()
  }

  private async first<F extends Frame>(is: (frame: Frame) => frame is F, what: string): Promise<F> {
    return until(() => {
      if (this.fault !== undefined) throw new Error(this.fault)
      const at = this.waiting.findIndex(is)
      const [found] = at === -1 ? [] : this.waiting.splice(at, 1)
      if (found !== undefined) return found as F
      const goodbye = this.waiting.find(frame => frame._tag === 'Goodbye')
      if (goodbye !== undefined) throw new Error(`${describeFrame(goodbye)} came instead of ${what}`)
      if (this.ended !== undefined) throw new Error(`the pipe ${this.ended}, and there was no ${what}`)
      return undefined
    }, what)
  }

  /** The next frame of the session of that kind. */
  hears<T extends Frame['_tag']>(tag: T): Promise<Tagged<T>> {
    return this.first((frame): frame is Tagged<T> => frame._tag === tag, tag)
  }

  /** The next frame of a call, of whatever kind. */
  hearsOf(id: number): Promise<CallFrame> {
    return this.first((frame): frame is CallFrame => isCallFrame(frame) && frame.id === id, `a frame of call ${id}`)
  }

  /** The next frame of a call, which has to be of that kind. */
  async expects<T extends CallFrame['_tag']>(id: number, tag: T): Promise<Tagged<T>> {
    const frame = await this.hearsOf(id)
    if (frame._tag !== tag) throw new Error(`${describeFrame(frame)} came instead of ${tag}`)
    return frame as unknown as Tagged<T>
  }

  /** The next call that the far end opens. */
  opens(): Promise<Tagged<'Open'>> {
    return this.hears('Open')
  }

  /** The tags of what waits to be asked for. */
  heard(): readonly Frame['_tag'][] {
    return this.waiting.map(({ _tag }) => _tag)
  }

  /** The frames of a call that wait to be asked for. */
  heardOf(id: number): readonly CallFrame[] {
    return this.waiting.filter((frame): frame is CallFrame => isCallFrame(frame) && frame.id === id)
  }

  /** It has taken in all that was said, and is still there. */
  async settles(): Promise<void> {
    this.tokens += 1
    const token = this.tokens
    this.say({ _tag: 'Ping', token })
    same((await this.hears('Pong')).token, token, 'the token of a Pong')
  }

  /** It has taken in all that was said and has had time to act on it, and is still there. */
  async staysQuiet(id: number): Promise<void> {
    await this.settles()
    await pause(20)
    await this.settles()
    const [frame] = this.heardOf(id)
    if (frame !== undefined) throw new Error(`${describeFrame(frame)} came, and nothing was to come`)
  }

  /**
   * It says goodbye for that reason, and ends its half.
   *
   * A pipe that breaks stands for the goodbye: on some platforms closing it overtakes the frame.
   */
  async leaves(reason: GoodbyeReason): Promise<string> {
    const found = await until(() => {
      if (this.fault !== undefined) throw new Error(this.fault)
      const goodbye = this.waiting.find(frame => frame._tag === 'Goodbye')
      if (goodbye !== undefined || this.ended?.startsWith('broke') === true) return { goodbye }
      if (this.ended !== undefined) throw new Error(`the pipe ${this.ended} without Goodbye(${reason})`)
      return undefined
    }, `Goodbye(${reason})`)
    if (found.goodbye !== undefined) same(found.goodbye.reason, reason, 'the reason of its Goodbye')
    await this.isGone()
    return found.goodbye?.message ?? ''
  }

  /** Its half is over. */
  async isGone(): Promise<void> {
    await until(() => this.ended, 'the end of its half of the pipe')
    check(this.fault === undefined, String(this.fault))
  }

  /** Leaves it at that, at once. */
  hangUp(): void {
    clearInterval(this.beating)
    this.reading.unsubscribe()
  }
}
