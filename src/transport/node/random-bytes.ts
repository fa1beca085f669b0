/**
 * Bytes that nobody can guess, for secrets and for names that nobody else has.
 *
 * From the global `crypto`, as in the core: an import of `node:crypto` loads all of it, 0.15 MB on every process's heap beside what
 * is needed.
 *
 * @param size - how many
 */
export const randomBytes = (size: number): Uint8Array => crypto.getRandomValues(new Uint8Array(size))
