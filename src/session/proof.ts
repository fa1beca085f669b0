import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, concatBytes, utf8ToBytes } from '@noble/hashes/utils.js'

const label = utf8ToBytes('sluice v1 proof')

const size = (bytes: Uint8Array): Uint8Array => {
  const four = new Uint8Array(4)
  new DataView(four.buffer).setUint32(0, bytes.length)
  return four
}

/**
 * What an end sends to prove that it knows the secret: an HMAC-SHA-256 over its role and both hellos, nonces included.
 *
 * The role keeps an end's own proof from being sent back to it; fresh nonces keep a proof from being used again.
 *
 * @param secret - of the key that both ends hold
 * @param prover - the end whose proof this is
 * @param dialled - the `Hello` message of the end that dialled, as it was sent
 * @param accepted - the `Hello` message of the other end, as it was sent
 * @returns 32 bytes
 * @see RFC 2104; proto/README.md, "Proof"
 */
export const proofOf = (
  secret: Uint8Array,
  prover: 'dialled' | 'accepted',
  dialled: Uint8Array,
  accepted: Uint8Array,
): Uint8Array =>
  hmac(sha256, secret, concatBytes(label, utf8ToBytes(prover), size(dialled), dialled, size(accepted), accepted))

/** Compares two byte strings in a time that depends on their lengths alone. */
export const equalBytes = (a: Uint8Array, b: Uint8Array): boolean => {
  if (a.length !== b.length) return false
  let difference = 0
  for (let i = 0; i < a.length; i++) difference |= (a[i] as number) ^ (b[i] as number)
  return difference === 0
}

const sessionLabel = utf8ToBytes('sluice v1 session')
const idLabel = utf8ToBytes('sluice v1 session id')
const noSecret = new Uint8Array(32)

/** A session's own secret, and the id by which an end asks to go on with it. */
export interface SessionKeys {
  readonly secret: Uint8Array
  /** 16 bytes */
  readonly id: Uint8Array
}

/**
 * What both ends derive from the first handshake of a session; neither travels before it is needed, the secret never.
 *
 * @param secret - of the key; 32 zero bytes where there is none
 * @param dialled - the `Hello` message of the end that dialled, as it was sent
 * @param accepted - the `Hello` message of the other end, as it was sent
 */
export const sessionKeys = (secret: Uint8Array | undefined, dialled: Uint8Array, accepted: Uint8Array): SessionKeys => {
  const hellos = concatBytes(sessionLabel, size(dialled), dialled, size(accepted), accepted)
  const own = hmac(sha256, secret ?? noSecret, hellos)
  return { secret: own, id: hmac(sha256, own, idLabel).slice(0, 16) }
}

/** Bytes as hexadecimal digits: a session's id as a key of tables. */
export const hex = (bytes: Uint8Array): string => bytesToHex(bytes)
