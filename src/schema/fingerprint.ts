import { sha256 } from '@noble/hashes/sha2.js'

/** SHA-256 of a canonical descriptor set: 32 bytes, equal when two ends mean the same. */
export const fingerprint = (descriptors: Uint8Array): Uint8Array => sha256(descriptors)

/** A fingerprint as text, to look things up by. */
export const fingerprintKey = (descriptors: Uint8Array): string => {
  let key = ''
  for (const byte of sha256(descriptors)) key += String.fromCharCode(byte)
  return key
}
