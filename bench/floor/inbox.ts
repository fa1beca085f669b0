/** Who takes what an {@link Inbox} reads. */
export interface Taker {
  /** A small frame. */
  readonly frame: (id: number, kind: number, text: string, n: number) => void
  /** Bytes of a chunk, as they came; the view is valid until this returns. */
  readonly bytes: (id: number, view: Uint8Array) => void
}

/** Longer frames are chunks, and are handed on in pieces. */
const largest = 16_384

/** The longest header of a chunk: length, id, kind and size, each with its tag. */
const headerSize = 16

/** Cuts what a socket reads into frames, and decodes them in place. */
export class Inbox {
  private carry: Buffer | undefined
  private chunkLeft = 0
  private chunkId = 0
  private at = 0

  constructor(private readonly taker: Taker) {}

  /** Takes in what was read; the buffer may be used again afterwards. */
  push(read: Buffer): void {
    let buffer = read
    if (this.carry !== undefined) {
      buffer = Buffer.concat([this.carry, read])
      this.carry = undefined
    }
    const end = buffer.length
    this.at = 0
    while (this.at < end) {
      if (this.chunkLeft > 0) {
        const taken = Math.min(this.chunkLeft, end - this.at)
        this.taker.bytes(this.chunkId, buffer.subarray(this.at, this.at + taken))
        this.chunkLeft -= taken
        this.at += taken
        continue
      }
      const start = this.at
      // enough for every header, or all of a frame that is shorter than that
      if (end - start < headerSize && (buffer[start]! > 127 || end - start <= buffer[start]!)) {
        this.keep(buffer, start)
        return
      }
      const length = this.varint(buffer)
      if (length > largest) {
        this.at++
        this.chunkId = this.varint(buffer)
        this.at += 3
        this.chunkLeft = this.varint(buffer)
        continue
      }
      const frameEnd = this.at + length
      if (frameEnd > end) {
        this.keep(buffer, start)
        return
      }
      this.frame(buffer)
      this.at = frameEnd
    }
  }

  private frame(buffer: Buffer): void {
    this.at++
    const id = this.varint(buffer)
    const kind = buffer[this.at + 1]!
    this.at += 5 // the kind, and the tags and lengths up to the text's
    const size = buffer[this.at]!
    const from = this.at + 1
    this.at = from + size + 1
    const n = this.varint(buffer)
    this.taker.frame(id, kind, ascii(buffer, from, from + size), n)
  }

  private varint(buffer: Buffer): number {
    let at = this.at
    let byte = buffer[at++]!
    let value = byte & 127
    for (let shift = 7; byte > 127; shift += 7) {
      byte = buffer[at++]!
      value |= (byte & 127) << shift
    }
    this.at = at
    return value >>> 0
  }

  private keep(buffer: Buffer, from: number): void {
    this.carry = Buffer.from(buffer.subarray(from))
  }
}

/** A call into C++ costs more than a few turns of a loop; the engine joins the pieces when somebody reads them. */
const ascii = (buffer: Buffer, from: number, to: number): string => {
  if (to - from > 24) return buffer.toString('latin1', from, to)
  let text = ''
  for (let at = from; at < to; at++) text += String.fromCharCode(buffer[at]!)
  return text
}
