/**
 * Bytes that nobody can guess, for secrets and for names that nobody else has.
 *
 * From the global `crypto`, as in the core: an import of `node:crypto` would put all of it on the heap of every process.
 *
 * @param size - how many
 */
export const randomBytes = (size: number): Uint8Array => crypto.getRandomValues(new Uint8Array(size))
