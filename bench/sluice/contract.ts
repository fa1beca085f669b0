import * as t from 'io-ts'
import { bytes, contract, int32, request, stream } from 'sluice'

const Ask = t.type({ name: t.string, count: int32 })
const Answer = t.type({ text: t.string, total: int32 })

/** What both ends of the measurement speak. */
export const Workload = contract('bench.Workload', {
  call: request(Ask, Answer),
  items: stream(int32, Answer),
  chunks: stream(int32, bytes),
  messages: stream(int32, bytes),
  echo: request(bytes, bytes),
  /** Gives nothing, and does not end. */
  idle: stream(t.void, int32),
})
