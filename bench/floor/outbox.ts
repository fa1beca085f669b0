import type { Socket } from 'node:net'
import type { Answer, Ask } from '../harness/workload.js'
import { writeAnswer, writeAsk, writeVarint } from './message.js'

/** Frames leave when so many bytes are queued; one-way traffic doubles it up to the slab's size. */
const eager = 8_192
const slabSize = 65_536

/** The longest small frame: all of it lies in one slab. */
const roomy = 4_096

/** Its text may be that long, as it takes three bytes a character at most. */
const longestText = 1_300

/** What a frame is. */
export const kinds = { call: 1, stream: 2, bytes: 3, answer: 4, item: 5, end: 6, chunk: 7 } as const

/** What frames travel by: a socket, or what has as much of its shape as is needed here. */
export interface Way extends Pick<Socket, 'cork' | 'uncork' | 'writableNeedDrain'> {
  /** The bytes may lie where others follow them: they stay as they are. `false` asks for patience until `drain`. */
  write(bytes: Uint8Array): boolean
  once(event: 'drain', go: () => void): unknown
}

/**
 * Writes frames into a slab, and the slab to a socket: as soon as 8 KiB are queued, else at the end of the tick.
 *
 * A frame is its length, the id of its call, its kind (a byte), and the payload; lengths and ids are varints.
 */
export class Outbox {
  private slab = Buffer.allocUnsafeSlow(slabSize)
  private from = 0
  private at = 0
  private limit = eager
  private scheduled = false

  constructor(private readonly socket: Pick<Way, 'write' | 'cork' | 'uncork'>) {}

  /** Queues a request. */
  ask(id: number, ask: Ask): void {
    if (ask.name.length > longestText) throw new RangeError('the floor carries short texts only')
    const start = this.begin(id, kinds.call)
    this.end(start, writeAsk(this.slab, this.at, ask))
  }

  /** Queues an answer, or an item of a stream. */
  answer(id: number, kind: typeof kinds.answer | typeof kinds.item, answer: Answer): void {
    if (answer.text.length > longestText) throw new RangeError('the floor carries short texts only')
    const start = this.begin(id, kind)
    this.end(start, writeAnswer(this.slab, this.at, answer))
  }

  /** Queues a frame that carries a number: the request for a stream, or its end. */
  count(id: number, kind: typeof kinds.stream | typeof kinds.bytes | typeof kinds.end, count: number): void {
    const start = this.begin(id, kind)
    this.end(start, writeVarint(this.slab, this.at, count))
  }

  /** Writes a chunk behind its header, in one gathered write and without a copy. */
  writeChunk(id: number, chunk: Uint8Array): boolean {
    this.flush()
    const header = Buffer.allocUnsafe(11)
    const inner = Buffer.allocUnsafe(6)
    const at = writeVarint(inner, 0, id)
    inner[at] = kinds.chunk
    const length = writeVarint(header, 0, at + 1 + chunk.length)
    inner.copy(header, length, 0, at + 1)
    this.socket.cork()
    this.socket.write(header.subarray(0, length + at + 1))
    const more = this.socket.write(chunk)
    this.socket.uncork()
    return more
  }

  /** Hands over what is queued; `false` asks for patience until the socket has drained. */
  flush(): boolean {
    if (this.at === this.from) return true
    const more = this.socket.write(this.slab.subarray(this.from, this.at))
    this.from = this.at
    return more
  }

  private begin(id: number, kind: number): number {
    if (this.at + roomy > slabSize) this.turn()
    const start = this.at
    // one byte for a length below 128; the frame is moved when it is more
    const at = writeVarint(this.slab, start + 1, id)
    this.slab[at] = kind
    this.at = at + 1
    return start
  }

  private end(start: number, end: number): void {
    const { slab } = this
    const length = end - start - 1
    if (length < 128) {
      slab[start] = length
      this.at = end
    } else {
      slab.copyWithin(start + 2, start + 1, end)
      writeVarint(slab, start, length)
      this.at = end + 1
    }
    if (this.at - this.from >= this.limit) {
      this.flush()
      this.limit = Math.min(this.limit * 2, slabSize)
    } else if (!this.scheduled) {
      this.scheduled = true
      process.nextTick(this.atEndOfTick)
    }
  }

  private readonly atEndOfTick = () => {
    this.scheduled = false
    this.limit = eager
    this.flush()
  }

  private turn() {
    this.flush()
    this.slab = Buffer.allocUnsafeSlow(slabSize)
    this.from = 0
    this.at = 0
  }
}
