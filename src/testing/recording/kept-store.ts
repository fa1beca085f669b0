import { Writer } from '../../protobuf/writer.js'
import type { CallFrame, Frame, SessionFrame } from '../../wire/frame.js'
import { entryCost, type Entry, type KeptCall, type Placed } from './kept-call.js'
import type { KeptPipe, KeptSession } from './kept-pipe.js'
import { frameBytes, type KeptPipe as FilePipe } from './recording-file.js'
import type { NotRecorded, PipeEnd } from './recording.js'

type Call = KeptCall<KeptPipe>

/** What a pipe takes beside its frames, in bytes of memory. */
const pipeCost = 1024

const first = <T>(set: ReadonlySet<T>): T | undefined => set.values().next().value

/** A frame, and what is to be known of it beside. */
export interface Keeping {
  readonly at: number
  readonly by: PipeEnd
  readonly blanked?: boolean
}

/** What a recorder keeps, within a limit: past it, the calls that ended first are forgotten first. */
export class KeptStore {
  readonly left = { pipes: 0, calls: 0, frames: 0, bytes: 0 } satisfies NotRecorded
  private readonly pipes = new Set<KeptPipe>()
  private readonly over = new Set<Call>()
  private readonly open = new Set<Call>()
  private readonly homes = new WeakMap<Call, KeptSession>()
  private writer = Writer.create()
  private seq = 0
  private held = 0

  /** @param limitBytes - what it may take of memory */
  constructor(private readonly limitBytes: number) {}

  /** About what is held, in bytes of memory. */
  get size(): number {
    return this.held
  }

  /** Counts what is held elsewhere, or no longer is. */
  hold(bytes: number): void {
    this.held += bytes
  }

  /** Counts what was not kept. */
  leave(frames: number, bytes: number): void {
    this.left.frames += frames
    this.left.bytes += bytes
  }

  addPipe(pipe: KeptPipe): void {
    this.pipes.add(pipe)
    this.held += pipeCost
  }

  addEnd(pipe: KeptPipe, at: number, by: PipeEnd, end: 'complete' | 'error'): void {
    if (pipe.ends.some(each => each.by === by)) return
    pipe.ends.push({ at, by, end, seq: this.seq++ })
    this.held += entryCost
  }

  /** A frame of the session itself. */
  addOwn(pipe: KeptPipe, frame: SessionFrame, keeping: Keeping): void {
    const entry = this.entry(frame, keeping)
    pipe.entries.push(entry)
    this.held += entryCost + entry.bytes.length
  }

  addCall(call: Call, session: KeptSession): void {
    session.calls.set(call.id, call)
    this.open.add(call)
    this.homes.set(call, session)
  }

  /** A frame of a call. */
  addTo(call: Call, pipe: KeptPipe, frame: CallFrame, keeping: Keeping): Placed<KeptPipe> {
    const entry = this.entry(frame, keeping)
    pipe.carried++
    this.held += entryCost + entry.bytes.length
    return call.add(pipe, entry)
  }

  /** Puts other frames in the place of a call's last parts. */
  replaceParts(
    call: Call,
    by: PipeEnd,
    frames: readonly { readonly frame: CallFrame; readonly blanked: boolean }[],
  ): void {
    const before = call.cost
    call.parts[by].splice(0).forEach(({ placed, frame }, i) => {
      const { frame: kept, blanked } = frames[i] as (typeof frames)[number]
      const { blanked: _, ...entry } = placed.entry
      const bytes = this.bytesOf(kept)
      call.cost += bytes.length - placed.entry.bytes.length - frame.payload.length
      placed.entry = { ...entry, bytes, ...(blanked ? { blanked } : {}) }
    })
    this.held += call.cost - before
  }

  /** Keeps a part of a payload beside, until the whole is there. */
  addPart(
    call: Call,
    by: PipeEnd,
    placed: Placed<KeptPipe>,
    frame: CallFrame & { readonly payload: Uint8Array },
  ): void {
    call.parts[by].push({ placed, frame: { ...frame, payload: new Uint8Array(frame.payload) } })
    call.cost += frame.payload.length
    this.held += frame.payload.length
  }

  /** A call is over. */
  settle(call: Call): void {
    call.isOver = true
    if (this.open.delete(call)) this.over.add(call)
  }

  /** Forgets what is too much. */
  makeRoom(): void {
    while (this.held > this.limitBytes) {
      const ended = first(this.over)
      if (ended !== undefined) this.forget(ended)
      else if (!this.forgetPipe()) {
        const oldest = first(this.open)
        if (oldest === undefined) return
        this.forget(oldest)
      }
    }
  }

  /** All pipes with all that happened on them, in order. */
  contents(): readonly FilePipe[] {
    const pipes = [...this.pipes]
    const events = new Map(pipes.map(pipe => [pipe, [...pipe.entries, ...pipe.ends]]))
    for (const call of [...this.over, ...this.open])
      for (const { pipe, entry } of call.placed) events.get(pipe)?.push(entry)
    return pipes.map(pipe => {
      const resumes = pipe.resumes === undefined ? -1 : pipes.indexOf(pipe.resumes)
      const { end, at } = pipe
      const all = (events.get(pipe) ?? []).sort((a, b) => a.seq - b.seq)
      return { end, at, ...(resumes < 0 ? {} : { resumes }), events: all }
    })
  }

  private entry(frame: Frame, { at, by, blanked }: Keeping): Entry {
    const bytes = this.bytesOf(frame)
    return { at, by, bytes, seq: this.seq++, ...(blanked === true ? { blanked } : {}) }
  }

  private bytesOf(frame: Frame): Uint8Array {
    // a writer that threw is in the middle of something, and one that wrote much holds on to much
    const { writer } = this
    this.writer = Writer.create()
    const bytes = frameBytes(frame, writer)
    if (writer.buf.length <= 64 * 1024) this.writer = writer
    return bytes
  }

  private forget(call: Call): void {
    this.over.delete(call)
    this.open.delete(call)
    this.homes.get(call)?.calls.delete(call.id)
    for (const { pipe, entry } of call.placed) {
      pipe.carried--
      this.leave(1, entry.bytes.length)
    }
    this.left.calls++
    this.held -= call.cost
  }

  /** Forgets the oldest pipe that is over and carried nothing that is kept. */
  private forgetPipe(): boolean {
    for (const pipe of this.pipes) {
      if (!pipe.isOver || pipe.carried > 0) continue
      this.pipes.delete(pipe)
      this.left.pipes++
      this.held -= pipeCost + entryCost * pipe.ends.length
      for (const { bytes } of pipe.entries) {
        this.leave(1, bytes.length)
        this.held -= entryCost + bytes.length
      }
      return true
    }
    return false
  }
}
