import * as t from 'io-ts'
import { channel, contract, event, int32, request, stream, upload } from 'sluice'

const Mood = t.keyof({ fine: null, busy: null })
const Order = t.type({ bread: t.string, toppings: t.array(t.string) })
const Sandwich = t.type({ layers: t.array(t.string) })
const OutOfBread = t.type({ bread: t.string, left: t.array(t.string) })
const Ingredient = t.type({ name: t.string, grams: int32 })

/** What the kitchen answers. */
export const Kitchen = contract('demo.Kitchen', {
  howAreYou: request(t.void, Mood),
  makeSandwich: request(Order, Sandwich, { failure: OutOfBread, idempotent: true }),
  ticks: stream(t.type({ everyMs: int32 }), int32),
  weigh: upload(Ingredient, int32),
  chat: channel(t.string, t.string),
  goodToHear: event(t.string),
})

/** What the diner answers. */
export const Diner = contract('demo.Diner', {
  describeTable: request(t.void, t.type({ seats: int32, pid: int32 })),
  bell: stream(t.void, t.string),
})
