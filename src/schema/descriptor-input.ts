import type { Reader } from '../protobuf/reader.js'
import { DescriptorError } from './descriptor-error.js'
import { extensionNumber, none } from './descriptor.js'
import { getString } from './get.js'

/** What may still be read of a descriptor: items in all, and messages inside messages. */
export interface Budget {
  items: number
  readonly nesting: number
}

/** Longest name or option that is kept. */
const maxText = 1_024

/** Calls back for each field of a message; what the callback leaves alone is skipped. */
export const fields = (reader: Reader, take: (tag: number, reader: Reader) => unknown): void => {
  while (reader.pos < reader.len) {
    const tag = reader.uint32()
    const before = reader.pos
    const taken = take(tag, reader)
    if (taken === undefined && reader.pos === before) reader.skipType(tag & 7, 0, tag >>> 3)
  }
}

/** Reads one counted item behind its length. */
export const inner = <A>(reader: Reader, budget: Budget, read: () => A): A => {
  budget.items -= 1
  if (budget.items < 0) throw new DescriptorError('too many items')
  return bounded(reader, read)
}

/** Reads behind a length, so far and no further. */
export const bounded = <A>(reader: Reader, read: () => A): A => {
  const length = reader.uint32()
  const outer = reader.len
  if (length > outer - reader.pos) throw new DescriptorError('a length reaches past the end')
  reader.len = reader.pos + length
  const value = read()
  if (reader.pos !== reader.len) throw new DescriptorError('a field reaches past its message')
  reader.len = outer
  return value
}

/** Reads a name or an option. */
export const text = (reader: Reader): string => {
  const start = reader.pos
  const length = reader.uint32()
  if (length > maxText) throw new DescriptorError(`a name of ${length} bytes`)
  if (length > reader.len - reader.pos) throw new DescriptorError('a name reaches past the end')
  reader.pos = start
  const value = getString(reader)
  if (value.includes('\ufffd')) throw new DescriptorError('a name that is no UTF-8')
  return value
}

/** A list with one item more; lists that stay empty are all {@link none}. */
export const added = <A>(list: readonly A[], item: A): readonly A[] => {
  if (list === none) return [item]
  ;(list as A[]).push(item)
  return list
}

/** Something while it is read. */
export type Draft<A> = { -readonly [K in keyof A]: A[K] }

/** The tag of our words among an item's options. */
export const extensionTag = ((extensionNumber << 3) | 2) >>> 0
