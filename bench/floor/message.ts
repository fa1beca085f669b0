import type { Answer, Ask } from '../harness/workload.js'

/** Writes `string name = 1; int32 count = 2`, and says where it ends. */
export const writeAsk = (slab: Buffer, at: number, { name, count }: Ask): number =>
  writeInt(slab, writeText(slab, at, name), count)

/** Writes `string text = 1; int32 total = 2`, and says where it ends. */
export const writeAnswer = (slab: Buffer, at: number, { text, total }: Answer): number =>
  writeInt(slab, writeText(slab, at, text), total)

/** Reads an {@link Ask}, whatever the order of its fields, and past those that it does not know. */
export const readAsk = (buffer: Buffer, from: number, to: number): Ask => {
  let name: string | undefined
  let count: number | undefined
  let at = from
  while (at < to) {
    const tag = buffer[at++]!
    if (tag === 0x0a) {
      const size = varint(buffer, at)
      const start = at + sizeOf(buffer, at)
      at = start + size
      name = text(buffer, start, at)
    } else if (tag === 0x10) {
      count = varint(buffer, at) | 0
      at += sizeOf(buffer, at)
    } else at = skipped(buffer, at, tag)
  }
  if (name === undefined || count === undefined || at !== to) throw new TypeError('this is no Ask')
  return { name, count }
}

/** Reads an {@link Answer} in the same way. */
export const readAnswer = (buffer: Buffer, from: number, to: number): Answer => {
  let said: string | undefined
  let total: number | undefined
  let at = from
  while (at < to) {
    const tag = buffer[at++]!
    if (tag === 0x0a) {
      const size = varint(buffer, at)
      const start = at + sizeOf(buffer, at)
      at = start + size
      said = text(buffer, start, at)
    } else if (tag === 0x10) {
      total = varint(buffer, at) | 0
      at += sizeOf(buffer, at)
    } else at = skipped(buffer, at, tag)
  }
  if (said === undefined || total === undefined || at !== to) throw new TypeError('this is no Answer')
  return { text: said, total }
}

/** Writes the digits of a varint below 2^32, and says where they end. */
export const writeVarint = (slab: Buffer, start: number, value: number): number => {
  let at = start
  let rest = value
  while (rest > 127) {
    slab[at++] = (rest & 127) | 128
    rest >>>= 7
  }
  slab[at++] = rest
  return at
}

/** Reads the low 32 bits of a varint. */
export const varint = (buffer: Buffer, start: number): number => {
  let at = start
  let byte = buffer[at++]!
  let value = byte & 127
  for (let shift = 7; byte > 127; shift += 7) {
    byte = buffer[at++]!
    if (shift < 32) value |= (byte & 127) << shift
  }
  return value >>> 0
}

/** How many bytes a varint has. */
export const sizeOf = (buffer: Buffer, start: number): number => {
  let at = start
  while (buffer[at++]! > 127);
  return at - start
}

/** Below that a loop beats a call into C++, both ways. */
const short = 24

const writeText = (slab: Buffer, start: number, said: string): number => {
  const { length } = said
  slab[start] = 0x0a
  if (length <= short) {
    let at = start + 2
    for (let i = 0; i < length; i++) {
      const code = said.charCodeAt(i)
      if (code > 127) return writeLong(slab, start + 1, said)
      slab[at++] = code
    }
    slab[start + 1] = length
    return at
  }
  return writeLong(slab, start + 1, said)
}

const writeLong = (slab: Buffer, start: number, said: string): number => {
  const size = Buffer.byteLength(said)
  const at = writeVarint(slab, start, size)
  return at + slab.write(said, at)
}

const writeInt = (slab: Buffer, start: number, value: number): number => {
  slab[start] = 0x10
  const at = writeVarint(slab, start + 1, value >>> 0)
  if (value >= 0) return at
  // below zero an int32 has ten bytes
  slab[at - 1]! |= 0xf0
  slab.fill(0xff, at, at + 4)
  slab[at + 4] = 1
  return at + 5
}

const text = (buffer: Buffer, from: number, to: number): string => {
  if (to - from > short) return buffer.toString('utf8', from, to)
  let said = ''
  for (let at = from; at < to; at++) {
    const byte = buffer[at]!
    if (byte > 127) return buffer.toString('utf8', from, to)
    // the engine joins the pieces when somebody reads them
    said += String.fromCharCode(byte)
  }
  return said
}

const skipped = (buffer: Buffer, at: number, tag: number): number => {
  if ((tag & 7) === 0) return at + sizeOf(buffer, at)
  if ((tag & 7) === 1) return at + 8
  if ((tag & 7) === 2) return at + sizeOf(buffer, at) + varint(buffer, at)
  if ((tag & 7) === 5) return at + 4
  throw new TypeError(`no field begins with ${tag}`)
}
