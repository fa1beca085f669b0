import type { Writer } from '../protobuf/writer.js'

/** Field numbers of `Frame` for call frames, as tags: number << 3 | wire type. */
export const callTags = {
  id: 8,
  open: 18,
  next: 26,
  reply: 34,
  complete: 42,
  fail: 50,
  cancel: 58,
  credit: 66,
  fragment: 74,
} as const

/** How many bytes a varint below 2^32 has. */
export const varintSize = (value: number): number =>
  value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x20_0000 ? 3 : value < 0x1000_0000 ? 4 : 5

/** Call ids go up to 2^53; below 2^32 they cost no arithmetic on pairs of words. */
export const writeId = (id: number, writer: Writer): void => {
  writer.uint32(callTags.id)
  if (id < 0x1_0000_0000) writer.uint32(id)
  else writer.uint64(id)
}

/** Tag and id. Counted in whole numbers: a logarithm rounds 2^49 - 1 up, and its length would be wrong. */
export const idSize = (id: number): number => {
  let size = 1
  let rest = id
  for (; rest >= 0x1000_0000; size += 4) rest = Math.floor(rest / 0x1000_0000)
  return size + varintSize(rest)
}
