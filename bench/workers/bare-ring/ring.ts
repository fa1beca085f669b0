import { EventEmitter } from 'node:events'
import type { Way } from '../../floor/outbox.js'
import { turn } from '../../harness/turns.js'

/** Bytes that fit into a ring: four messages of `big`. */
const size = 1 << 22

/** Where the counts of bytes written and read are; they go round at 2^32. */
const WRITTEN = 0
const READ = 1
/** Set while an end waits for the other; who sees it wakes it. */
const READER_SLEEPS = 2
const WRITER_SLEEPS = 3
const header = 64

/** As much of it as is used here: it is younger than the language that this is written in. */
const { waitAsync } = Atomics as unknown as {
  readonly waitAsync: (counts: Int32Array, at: number, seen: number) => Wait
}
type Wait = { readonly async: true; readonly value: Promise<unknown> } | { readonly async: false }

/** Memory for one direction. */
export const newRing = (): SharedArrayBuffer => new SharedArrayBuffer(header + size)

/** The writing end, in a socket's shape: what does not fit waits here, and the writer is asked for patience. */
export const writeTo = (memory: SharedArrayBuffer): Way => {
  const counts = new Int32Array(memory, 0, 4)
  const data = new Uint8Array(memory, header, size)
  const drained = new EventEmitter().setMaxListeners(0)
  let written = 0
  let waiting: Uint8Array[] = []

  /** Copies as much as fits; gives how much that was. */
  const copy = (bytes: Uint8Array): number => {
    const room = size - ((written - Atomics.load(counts, READ)) >>> 0)
    const count = Math.min(room, bytes.length)
    const at = (written >>> 0) & (size - 1)
    const first = Math.min(count, size - at)
    data.set(bytes.subarray(0, first), at)
    data.set(bytes.subarray(first, count), 0)
    written = (written + count) | 0
    return count
  }
  const tell = () => {
    Atomics.store(counts, WRITTEN, written)
    if (Atomics.load(counts, READER_SLEEPS) === 1) Atomics.notify(counts, WRITTEN)
  }
  const work = async () => {
    await turn() // who is asked for patience begins to wait for its end only then
    while (waiting.length > 0) {
      const seen = Atomics.load(counts, READ)
      const [first] = waiting
      const count = copy(first!)
      if (count > 0) tell()
      if (count === first!.length) {
        waiting.shift()
        continue
      }
      waiting[0] = first!.subarray(count)
      Atomics.store(counts, WRITER_SLEEPS, 1)
      const wait = waitAsync(counts, READ, seen)
      if (wait.async) await wait.value
      Atomics.store(counts, WRITER_SLEEPS, 0)
    }
    waiting = []
    way.writableNeedDrain = false
    drained.emit('drain')
  }
  const way = {
    writableNeedDrain: false,
    cork: () => undefined,
    uncork: () => undefined,
    write: (bytes: Uint8Array): boolean => {
      const count = waiting.length > 0 ? 0 : copy(bytes)
      if (count > 0) tell()
      if (count === bytes.length) return true
      waiting.push(bytes.subarray(count))
      if (!way.writableNeedDrain) {
        way.writableNeedDrain = true
        void work()
      }
      return false
    },
    once: (event: 'drain', go: () => void) => drained.once(event, go),
  }
  return way
}

/** The reading end: hands over what came, where it lies. */
export const readFrom = async (memory: SharedArrayBuffer, take: (read: Buffer) => void): Promise<never> => {
  const counts = new Int32Array(memory, 0, 4)
  let read = 0
  for (let rounds = 1; ; rounds++) {
    const written = Atomics.load(counts, WRITTEN)
    const count = (written - read) >>> 0
    if (count === 0) {
      Atomics.store(counts, READER_SLEEPS, 1)
      const wait = waitAsync(counts, WRITTEN, written)
      if (wait.async) await wait.value
      Atomics.store(counts, READER_SLEEPS, 0)
      continue
    }
    const at = (read >>> 0) & (size - 1)
    const part = Math.min(count, size - at, 65_536)
    take(Buffer.from(memory, header + at, part))
    read = (read + part) | 0
    Atomics.store(counts, READ, read)
    if (Atomics.load(counts, WRITER_SLEEPS) === 1) Atomics.notify(counts, READ)
    if (rounds % 64 === 0)
      await turn() // others are to have their turn too
    else await Promise.resolve()
  }
}
