import { Writer } from '../../protobuf/writer.js'
import type { Frame } from '../../wire/frame.js'
import { writeFrame } from '../../wire/frame-codec.js'

/** Frames as they travel: each with its length in front. */
export const bytesOf = (...frames: readonly Frame[]): Uint8Array => {
  const writer = Writer.create()
  for (const frame of frames) writeFrame(frame, writer)
  return writer.finish()
}

/** A message, or part of one, written by hand. */
export const written = (write: (writer: Writer) => void): Uint8Array => {
  const writer = Writer.create()
  write(writer)
  return writer.finish()
}

/** A length, and the message behind it, written by hand. */
export const framed = (write: (writer: Writer) => void): Uint8Array =>
  written(writer => {
    write(writer.fork())
    writer.ldelim()
  })

/** Fields that no version of this wire has: a number, a message and eight fixed bytes. */
export const unknownFields = (writer: Writer): Writer =>
  writer
    .uint32(900 * 8)
    .uint32(7)
    .uint32(901 * 8 + 2)
    .bytes(Uint8Array.of(8, 1))
    .uint32(902 * 8 + 1)
    .raw(new Uint8Array(8))
