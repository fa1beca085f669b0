import * as t from 'io-ts'
import { contract, int32, request, stream } from 'sluice'

/** What the main process does for its pages. */
export const Desk = contract('demo.Desk', {
  version: request(t.void, t.string),
  ticks: stream(t.type({ everyMs: int32 }), int32),
})
