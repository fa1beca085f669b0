/** Fails with a message unless it is so. */
export const check = (so: boolean, otherwise: string): void => {
  if (!so) throw new Error(otherwise)
}

/** Fails unless both are the same value. */
export const same = (actual: unknown, expected: unknown, what: string): void =>
  check(Object.is(actual, expected), `${what}: ${String(actual)} instead of ${String(expected)}`)

/** Fails unless both hold the same bytes. */
export const sameBytes = (actual: Uint8Array, expected: Uint8Array, what: string): void => {
  same(actual.length, expected.length, `${what}, length`)
  const at = actual.findIndex((byte, i) => byte !== expected[i])
  check(at === -1, `${what}: differs at byte ${at}`)
}

/** Fails unless a number is at most so much. */
export const atMost = (actual: number, most: number, what: string): void =>
  check(actual <= most, `${what}: ${actual}, which is more than ${most}`)

/** What an error says of itself: its `_tag`, or its name. */
export const tagOf = (error: unknown): string => {
  const { _tag, name } = (error ?? {}) as { readonly _tag?: unknown; readonly name?: unknown }
  return String(_tag ?? name ?? error)
}
