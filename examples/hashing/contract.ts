import * as t from 'io-ts'
import { bytes, contract, int53, request, upload } from 'sluice'

const Digest = t.type({ sha256: t.string, bytes: int53, lines: int53 })

/** What a file came to. */
export type Digest = t.TypeOf<typeof Digest>

/** What the child does: one upload for each file, its chunks in order. */
export const Hashing = contract('demo.Hashing', {
  hash: upload(bytes, Digest),
  peakMemory: request(t.void, int53),
})
