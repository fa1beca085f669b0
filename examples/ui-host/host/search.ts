import type { Dirent } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Found, Search } from '../contracts.js'

/** Most names of one item. */
const mostNames = 256

/** Longest time without an item, in milliseconds: a walk that finds nothing still tells how far it is, and can be ended. */
const tellEvery = 100

const entriesOf = async (directory: string): Promise<readonly Dirent[]> => {
  try {
    const entries = await readdir(directory, { withFileTypes: true })
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1))
  } catch {
    return [] // may not be read, or has gone since it was listed
  }
}

/**
 * Walks a tree, in a fixed order, and tells of every name in whose path all words occur.
 *
 * Reads a directory when it gets there, and goes on when it is asked to: who takes no item makes it wait, and who returns
 * ends it.
 */
export async function* search(root: string, { words, after, looked = 0 }: Search): AsyncGenerator<Found> {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean)
  let last = after ?? ''
  let toldAt = performance.now()

  const fits = (path: string): boolean => {
    const lower = path.toLowerCase()
    return wanted.every(word => lower.includes(word))
  }
  const tell = (directory: string, names: string[]): Found => {
    toldAt = performance.now()
    return { looked, last, directory, names }
  }

  /** `done` is what an earlier walk has looked at, as steps from here. */
  async function* walk(directory: string, done: readonly string[]): AsyncGenerator<Found> {
    const [step, ...below] = done
    let names: string[] = []
    for (const entry of await entriesOf(join(root, directory))) {
      const { name } = entry
      if (step !== undefined && name < step) continue
      const path = directory === '' ? name : `${directory}/${name}`
      if (name !== step) {
        looked += 1
        last = path
        if (fits(path)) names.push(name)
      }
      const enter = entry.isDirectory()
      if (names.length >= mostNames || (enter && names.length > 0) || performance.now() - toldAt > tellEvery) {
        yield tell(directory, names)
        names = []
      }
      if (enter) yield* walk(path, name === step ? below : [])
    }
    if (names.length > 0) yield tell(directory, names)
  }

  yield* walk('', after === undefined ? [] : after.split('/'))
  yield tell('', []) // the last word: how many it were
}
