import type { Socket } from 'node:net'

/** Frames leave when so many bytes are queued; one-way traffic doubles it up to the slab's size. */
const eager = 8_192
const slabSize = 65_536

/** The longest small frame that is made room for. */
const roomy = 1_024

/** What a frame is. */
export const kinds = { call: 1, stream: 2, bytes: 3, answer: 4, item: 5, end: 6, chunk: 7 } as const

/**
 * Writes frames into a slab, and the slab to a socket: as soon as 8 KiB are queued, else at the end of the tick.
 *
 * A frame is its length as a varint, then protobuf: `uint32 id = 1; uint32 kind = 2; bytes payload = 3`. A small payload
 * is `string = 1; int32 = 2`.
 */
export class Outbox {
  private slab = Buffer.allocUnsafeSlow(slabSize)
  private from = 0
  private at = 0
  private limit = eager
  private scheduled = false

  constructor(private readonly socket: Pick<Socket, 'write' | 'cork' | 'uncork'>) {}

  /** Queues a small frame. */
  write(id: number, kind: number, text: string, n: number): void {
    if (this.at + roomy > slabSize) this.turn()
    const { slab } = this
    const frame = this.at
    // one byte for a length below 128, moved when it is more
    let at = frame + 1
    slab[at++] = 0x08
    at = varint(slab, at, id)
    slab[at++] = 0x10
    slab[at++] = kind
    slab[at++] = 0x1a
    const payload = at++
    slab[at++] = 0x0a
    const size = at++
    const length = text.length
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(i)
      if (code > 127 || length > 100) throw new RangeError('the floor carries short ASCII only')
      slab[at++] = code
    }
    slab[size] = length
    slab[at++] = 0x10
    at = varint(slab, at, n)
    slab[payload] = at - payload - 1
    slab[frame] = at - frame - 1
    this.at = at
    if (at - this.from >= this.limit) {
      this.flush()
      this.limit = Math.min(this.limit * 2, slabSize)
    } else if (!this.scheduled) {
      this.scheduled = true
      process.nextTick(this.atEndOfTick)
    }
  }

  /** Writes a chunk behind its header, in one gathered write and without a copy. */
  writeChunk(id: number, chunk: Uint8Array): boolean {
    const header = Buffer.allocUnsafe(24)
    const inner = Buffer.allocUnsafe(24)
    inner[0] = 0x08
    let at = varint(inner, 1, id)
    inner[at++] = 0x10
    inner[at++] = kinds.chunk
    inner[at++] = 0x1a
    at = varint(inner, at, chunk.length)
    const length = varint(header, 0, at + chunk.length)
    inner.copy(header, length, 0, at)
    this.socket.cork()
    this.socket.write(header.subarray(0, length + at))
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

const varint = (slab: Buffer, start: number, value: number): number => {
  let at = start
  let rest = value
  while (rest > 127) {
    slab[at++] = (rest & 127) | 128
    rest >>>= 7
  }
  slab[at++] = rest
  return at
}
