import * as io from 'io-ts'
import { channel, contract, event, request, stream, upload } from 'sluice'

const OutOfBread = io.type({ _tag: io.literal('OutOfBread'), left: io.number })

/** One method of each kind: what the specs of conversations speak. */
export const Kitchen = contract('spec.Kitchen', {
  greet: request(io.string, io.string),
  bake: request(io.number, io.string, { failure: OutOfBread }),
  ticks: stream(io.number, io.number),
  weigh: upload(io.number, io.number),
  chat: channel(io.string, io.string),
  shout: event(io.string),
})
