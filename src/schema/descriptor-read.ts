import type { Within } from '../protobuf/message.js'
import { Reader } from '../protobuf/reader.js'
import { counted, descriptorSet, messageDescriptor } from './descriptor-codec.js'
import { DescriptorError } from './descriptor-error.js'
import type { FileDescriptor } from './descriptor.js'

/** How much of a far end's descriptor is looked at before it is refused. */
export interface DescriptorLimits {
  /** bytes in all; 1 MiB */
  readonly bytes?: number
  /** files, messages, fields, enums, values, services and methods together; 50,000 */
  readonly items?: number
  /** messages inside messages; 16 */
  readonly nesting?: number
}

/** Reads behind a length, so far and no further, and counts. */
const limited = (items: number, nesting: number): Within => {
  let left = items
  let depth = 0
  return (reader, read, message) => {
    if (counted.has(message)) left -= 1
    if (left < 0) throw new DescriptorError('too many items')
    const isMessage = message === messageDescriptor
    if (isMessage && ++depth > nesting) throw new DescriptorError(`messages nested deeper than ${nesting}`)
    const length = reader.uint32()
    const outer = reader.len
    if (length > outer - reader.pos) throw new DescriptorError('a length reaches past the end')
    reader.len = reader.pos + length
    const value = read()
    if (reader.pos !== reader.len) throw new DescriptorError('a field reaches past its message')
    reader.len = outer
    if (isMessage) depth -= 1
    return value
  }
}

/**
 * Reads a `google.protobuf.FileDescriptorSet` that a far end has sent.
 *
 * @throws {@link DescriptorError} when it is malformed or past a limit; nothing is kept of it then
 */
export const readDescriptorSet = (bytes: Uint8Array, limits: DescriptorLimits = {}): readonly FileDescriptor[] => {
  const { bytes: maxBytes = 1_048_576, items = 50_000, nesting = 16 } = limits
  if (bytes.length > maxBytes)
    throw new DescriptorError(`a descriptor of ${bytes.length} bytes is past the limit of ${maxBytes}`)
  try {
    return descriptorSet.readFields(Reader.create(bytes), limited(items, nesting)).files
  } catch (error) {
    if (error instanceof DescriptorError) throw error
    throw new DescriptorError('malformed bytes', { cause: error })
  }
}
