import * as t from 'io-ts'
import { contract, int32, request, stream } from 'sluice'

const OutOfBread = t.type({ left: t.array(t.string) })

/** What the specs of this guide speak. */
export const Kitchen = contract('guide.Kitchen', {
  greet: request(t.string, t.string),
  bake: request(t.string, t.string, { failure: OutOfBread }),
  ticks: stream(int32, int32),
  lookUp: request(int32, t.string),
})
