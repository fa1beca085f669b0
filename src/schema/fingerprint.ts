import { sha256 } from '@noble/hashes/sha2.js'

/** SHA-256 of a canonical descriptor set: 32 bytes, equal when two ends mean the same. */
export const fingerprint = (descriptors: Uint8Array): Uint8Array => sha256(descriptors)
