import protobuf from 'protobufjs/minimal.js'
import type { Writer } from 'protobufjs/minimal.js'
import type { Encode } from '../schema/codec.js'

const slabSize = 64 * 1024
const noBytes = new Uint8Array(0)

const freshWriter = (): Writer => {
  const writer = protobuf.Writer.create()
  writer.buf = (writer.constructor as typeof protobuf.Writer).alloc(slabSize)
  return writer
}

/**
 * Writes values as payloads: views of slabs that are filled once and never written again.
 *
 * An encoder that throws leaves nothing behind. One that calls into this writer again, from a getter of the value say,
 * finds it free: the outer value goes on in a slab of its own.
 */
export class PayloadWriter {
  private writer: Writer | undefined = freshWriter()

  /** @throws what `encode` throws */
  write(encode: Encode<unknown>, value: unknown): Uint8Array {
    const writer = this.writer ?? freshWriter()
    this.writer = undefined
    const start = writer.pos
    let done = false
    try {
      encode(value, writer)
      done = true
    } finally {
      // after a throw the writer may be left in the middle of a nested message: it is not used again
      if (!done) this.writer = freshWriter()
    }
    const { buf, pos } = writer
    if (buf.length <= slabSize && pos <= slabSize / 2 + slabSize / 4) this.writer = writer
    else this.writer = freshWriter()
    return pos === start ? noBytes : buf.subarray(start, pos)
  }
}
