import type { Reader } from '../protobuf/reader.js'
import type { Writer } from '../protobuf/writer.js'
import { readCallFrame, readSafeInteger, writeCallFrame } from './call-frame-codec.js'
import { callTags } from './call-ids.js'
import { isCallFrame, type Frame } from './frame.js'
import { ProtocolViolation } from './protocol-violation.js'
import { readSessionFrame, writeSessionFrame } from './session-frame-codec.js'

/** Writes a frame with its length in front, at the writer's position. */
export const writeFrame = (frame: Frame, writer: Writer): void => {
  if (isCallFrame(frame)) writeCallFrame(frame, writer)
  else writeSessionFrame(frame, writer)
}

/**
 * Reads one frame from the reader's position up to its limit. Payloads are views of the reader's buffer.
 *
 * @returns `undefined` for a frame of a kind that is newer than this end: the specification says to ignore it
 * @throws {@link ProtocolViolation} when the bytes are no frame
 */
export const readFrame = (reader: Reader): Frame | undefined => {
  let id = 0
  let frame: Frame | undefined
  try {
    while (reader.pos < reader.len) {
      const tag = reader.uint32()
      if (tag === callTags.id) {
        id = readSafeInteger(reader, 'a call id')
        continue
      }
      const read = (id === 0 ? undefined : readCallFrame(tag, id, reader)) ?? readSessionFrame(tag, reader)
      if (read !== undefined) frame = read
      else if (tag >= callTags.open && tag <= callTags.fragment && (tag & 7) === 2)
        throw new ProtocolViolation('a call frame names its call before anything else')
      else reader.skipType(tag & 7)
    }
  } catch (error) {
    throw error instanceof ProtocolViolation
      ? error
      : new ProtocolViolation(`a frame does not parse (${String(error)})`, { cause: error })
  }
  return frame
}
