/** Bytes that differ from place to place: the same for the same length and seed. */
export const patterned = (length: number, seed = 1): Uint8Array => {
  const out = new Uint8Array(length)
  let state = seed
  for (let i = 0; i < length; i += 1) {
    // the product stays below 2^53, and the sum of all its bits counts
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff
    out[i] = state >>> 16
  }
  return out
}
