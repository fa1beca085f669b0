import { freshBytes } from '../protobuf/fresh-bytes.js'
import { Writer } from '../protobuf/writer.js'

/** Writes a value as the fields of one message; throws where it cannot, and what it wrote by then is not looked at. */
export type WriteValue = (value: unknown, writer: Writer) => void

const slabSize = 64 * 1024
/** A slab that has less room than this is left to its payloads. */
const leastRoom = 8 * 1024
const noBytes = new Uint8Array(0)

const withSlab = (writer: Writer): Writer => {
  writer.buf = freshBytes(slabSize)
  writer.pos = 0
  return writer
}

/**
 * Writes values as payloads: views of slabs that are filled once and never written again.
 *
 * An encoder that throws leaves nothing behind. One that calls into this writer again, from a getter of the value say,
 * finds it free: the outer value goes on in a slab of its own.
 */
export class PayloadWriter {
  private writer: Writer | undefined = undefined

  /** @throws what `encode` throws */
  write(encode: WriteValue, value: unknown): Uint8Array {
    const writer = this.writer ?? withSlab(Writer.create())
    this.writer = undefined
    const slab = writer.buf
    const start = writer.pos
    let done = false
    try {
      encode(value, writer)
      done = true
    } finally {
      // after a throw the writer may be left in the middle of a nested message: another one takes the slab over
      this.writer = done ? writer : Writer.create()
      if (!done) this.reuse(slab, start)
    }
    const { buf, pos } = writer
    if (pos === start) return noBytes
    const payload = buf.subarray(start, pos)
    // a payload that outgrew the slab took what it needed; the slab is as it was
    if (buf !== slab) this.reuse(slab, start)
    else if (pos > slabSize - leastRoom) withSlab(writer)
    return payload
  }

  private reuse(slab: Uint8Array, start: number): void {
    const { writer } = this
    if (writer === undefined) return
    writer.buf = slab
    writer.pos = start
  }
}

/** Writes whatever is to lie for a while; a slab for each connection would cost idle ones 64 KiB. */
export const payloads = new PayloadWriter()
