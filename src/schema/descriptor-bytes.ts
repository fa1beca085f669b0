import { Writer } from '../protobuf/writer.js'
import { descriptorSet } from './descriptor-codec.js'
import type { FileDescriptor } from './descriptor.js'

/**
 * A `google.protobuf.FileDescriptorSet` in its canonical bytes: fields by number, nothing that is empty.
 *
 * Equal schemas give equal bytes, whatever wrote them down: fingerprints are made of them.
 */
export const writeDescriptorSet = (files: readonly FileDescriptor[]): Uint8Array => {
  const writer = Writer.create()
  descriptorSet.writeFields(writer, { files })
  return Uint8Array.from(writer.finish())
}
