import { freshBytes } from './fresh-bytes.js'

/** Shorter ones are made as fast as they are kept. */
const shortest = 128 * 1024

/** Those that were made here and are in use, by what they lie in. */
const inUse = new WeakMap<ArrayBufferLike, Uint8Array>()
let spare: WeakRef<Uint8Array> | undefined

/**
 * Memory to be written, at least that long: what is in it before is chance. It may be one that was given back.
 *
 * Measured: a message of 1 MiB that is written into new memory costs twice what writing it costs, most of it when the engine
 * collects it. The spare one is held weakly, so that the engine takes it when it clears up.
 */
export const longBytes = (size: number): Uint8Array => {
  if (size < shortest) return freshBytes(size)
  let bytes = spare?.deref()
  if (bytes === undefined || bytes.length < size || bytes.length > 4 * size) bytes = freshBytes(size)
  else spare = undefined
  inUse.set(bytes.buffer, bytes)
  return bytes
}

/**
 * Nobody will look at these bytes again, nor at others beside them: what they lie in may be used anew, if it is from
 * {@link longBytes}.
 */
export const giveBack = ({ buffer }: Uint8Array): void => {
  const bytes = inUse.get(buffer)
  if (bytes === undefined) return
  inUse.delete(buffer)
  spare = new WeakRef(bytes)
}
