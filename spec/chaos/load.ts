import * as io from 'io-ts'
import { bytes, channel, contract, event, int32, request, stream, upload } from 'sluice'

const Item = io.type({ key: int32, i: int32, pad: bytes })

/** One item of a call: which call's, which one, and some bytes that only it has. */
export type Item = io.TypeOf<typeof Item>

/** One method of each kind, each of whose values can be checked. */
export const Load = contract('chaos.Load', {
  ask: request(Item, Item),
  again: request(Item, Item, { idempotent: true }),
  count: stream(io.type({ key: int32, upTo: int32 }), Item),
  sum: upload(Item, int32),
  chat: channel(Item, Item),
  note: event(int32),
})

/** A number that looks like chance, and is the same for the same numbers. */
export const hashOf = (a: number, b: number): number => {
  let mixed = Math.imul(a ^ 0x9e37_79b9, 0x85eb_ca6b) ^ Math.imul(b + 0x7f4a_7c15, 0xc2b2_ae35)
  mixed ^= mixed >>> 15
  mixed = Math.imul(mixed, 0x2c1b_3c6d)
  return (mixed ^ (mixed >>> 12)) >>> 0
}

/** The item that it has to be. Most are short, some have to travel in parts. */
export const itemOf = (key: number, i: number): Item => {
  const hash = hashOf(key, i)
  const size = hash % 16 === 0 ? 1_500 + (hash % 5_000) : hash % 60
  return { key, i, pad: new Uint8Array(size).fill(hash) }
}

/** Throws unless it is that item, whole. */
export const check = (item: Item, key: number, i: number): void => {
  const wanted = itemOf(key, i)
  if (item.key !== key || item.i !== i)
    throw new Error(`item ${i} of call ${key} was to come, ${item.i} of ${item.key} came`)
  const { pad } = item
  if (pad.length !== wanted.pad.length || pad.some((byte, at) => byte !== wanted.pad[at]))
    throw new Error(`item ${i} of call ${key} came with other bytes`)
}
