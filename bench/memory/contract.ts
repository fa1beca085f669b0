import * as t from 'io-ts'
import { bytes, channel, contract, int32, request, stream, upload } from 'sluice'

const Memory = t.type({ now: int32, most: int32 })

/** What the two processes of the measurement speak. */
export const Transfers = contract('bench.Transfers', {
  streamChunks: stream(int32, bytes),
  streamItems: stream(int32, int32),
  uploadChunks: upload(bytes, int32),
  uploadItems: upload(int32, int32),
  channelChunks: channel(bytes, bytes),
  channelItems: channel(int32, int32),
  /** Resident memory in KiB: at present, and at most since `watch`. */
  memory: request(t.void, Memory),
  /** Looks at the memory from here on; gives what it is now. */
  watch: request(t.void, Memory),
  /** How many items the producer has made so far. */
  produced: request(t.void, int32),
})
