import { type FileHandle, open } from 'node:fs/promises'
import { watch } from 'node:fs'
import { firstValueFrom, map, merge, Observable, timer } from 'rxjs'
import type { LogPart, Place } from '../contracts.js'

/** How much is read at one go; a line that is longer comes in pieces. */
const mostBytes = 64 * 1024

/** How much of the file comes first, unless told. */
const tailBytes = 8 * 1024

/** Not every file system tells of changes: so often it is looked at anyway, in milliseconds. */
const lookEvery = 1_000

const newline = 10

const changes = (path: string): Observable<unknown> =>
  new Observable(subscriber => {
    try {
      const watcher = watch(path, () => subscriber.next(undefined))
      watcher.on('error', () => watcher.close())
      return () => watcher.close()
    } catch {
      return undefined // it is not there yet: the clock finds it
    }
  })

interface Followed {
  readonly handle: FileHandle
  /** Another one when another file has taken the name. */
  readonly file: string
}

const opened = async (path: string): Promise<Followed | undefined> => {
  try {
    const handle = await open(path)
    return { handle, file: String((await handle.stat()).ino) }
  } catch {
    return undefined
  }
}

/** Whole lines from a place on, and where they end; nothing while the last line is not whole. */
const readLines = async (handle: FileHandle, from: number): Promise<Omit<LogPart, 'file'> | undefined> => {
  const chunk = new Uint8Array(mostBytes)
  const { bytesRead } = await handle.read(chunk, 0, mostBytes, from)
  const lines = chunk.subarray(0, bytesRead).lastIndexOf(newline) + 1
  const length = lines === 0 && bytesRead === mostBytes ? mostBytes : lines
  if (length === 0) return undefined
  const text = new TextDecoder().decode(chunk.subarray(0, length))
  return { end: from + length, lines: text.replace(/\r?\n$/, '').split(/\r?\n/) }
}

/** Where to begin near the end of a file: behind the first line that may be cut. */
const startOfTail = async (handle: FileHandle): Promise<number> => {
  const { size } = await handle.stat()
  const from = Math.max(0, size - tailBytes)
  if (from === 0) return 0
  const chunk = new Uint8Array(tailBytes)
  const { bytesRead } = await handle.read(chunk, 0, tailBytes, from)
  return from + chunk.subarray(0, bytesRead).indexOf(newline) + 1
}

/**
 * The lines of a file, and those that are added to it, as `tail -F` has them: a file that is cut short, or that another
 * one has taken the place of, is read from its start. Waits for a file that is not there yet.
 *
 * @param stopped$ - ends a wait at once
 */
export async function* follow(path: string, place: Place, stopped$: Observable<unknown>): AsyncGenerator<LogPart> {
  let { file, from } = place
  for (;;) {
    // before it is read: what is added from now on is not missed
    const stopped = firstValueFrom(
      merge(merge(changes(path), timer(lookEvery)).pipe(map(() => false)), stopped$.pipe(map(() => true))),
      { defaultValue: true },
    )
    const followed = await opened(path)
    if (followed !== undefined) {
      const { handle } = followed
      try {
        if (file === undefined) from ??= await startOfTail(handle)
        else if (file !== followed.file) from = 0
        file = followed.file
        let end = from ?? 0
        if ((await handle.stat()).size < end) end = 0
        for (let part = await readLines(handle, end); part !== undefined; part = await readLines(handle, end)) {
          end = part.end
          yield { file, ...part }
        }
        from = end
      } finally {
        await handle.close()
      }
    }
    if (await stopped) return
  }
}
