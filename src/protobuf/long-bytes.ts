import { freshBytes } from './fresh-bytes.js'

/** Shorter ones are made as fast as they are kept. */
const shortest = 128 * 1024

/** Those that were made here and are in use, by what they lie in. */
const inUse = new WeakMap<ArrayBufferLike, Uint8Array>()

/** What was given back, the last one last. */
const spares: WeakRef<Uint8Array>[] = []

/** One for what comes in, and one for what goes out. */
const mostSpares = 2

/**
 * Memory to be written, at least that long and at most twice: what is in it before is chance. It may be one that was given back.
 *
 * Measured: a message of 1 MiB that is written into new memory costs twice what writing it costs, most of it when the engine
 * collects it. Spare ones are held weakly, so that the engine takes them when it clears up.
 */
export const longBytes = (size: number): Uint8Array => {
  if (size < shortest) return freshBytes(size)
  const bytes = spareOf(size) ?? freshBytes(size)
  inUse.set(bytes.buffer, bytes)
  return bytes
}

const spareOf = (size: number): Uint8Array | undefined => {
  const at = spares.findIndex(spare => {
    const length = spare.deref()?.length ?? 0
    return length >= size && length <= 2 * size
  })
  return at < 0 ? undefined : spares.splice(at, 1)[0]?.deref()
}

/**
 * Nobody will look at these bytes again, nor at others beside them: what they lie in may be used anew, if it is from
 * {@link longBytes}.
 */
export const giveBack = ({ buffer }: Uint8Array): void => {
  const bytes = inUse.get(buffer)
  if (bytes === undefined) return
  inUse.delete(buffer)
  if (spares.push(new WeakRef(bytes)) > mostSpares) spares.shift()
}
