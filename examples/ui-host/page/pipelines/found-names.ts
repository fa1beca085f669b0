/** A result: a name and the directory that it is in, as seen from the tree's root. */
export interface FoundName {
  readonly directory: string
  readonly name: string
}

/** So many results are one text. */
const perText = 256

/** Stands between names; no file system has it in one. */
const between = '\0'

/** Marks a directory, for all names behind it; no name begins with it. */
const mark = '/'

/**
 * Many results in little memory: 256 to a text, each directory said once for the names in it. What is looked at is
 * unpacked, a text at a time.
 */
export class FoundNames {
  private readonly packed: string[] = []
  private parts: string[] = []
  private directory: string | undefined
  private unpacked: { readonly index: number; readonly names: readonly FoundName[] } | undefined
  private count = 0

  /** How many there are. */
  get length(): number {
    return this.count
  }

  /** Adds names that are all in one directory. */
  add(directory: string, names: readonly string[]): void {
    for (const name of names) {
      if (this.directory !== directory) this.parts.push(mark + directory)
      this.directory = directory
      this.parts.push(name)
      this.count += 1
      if (this.count % perText === 0) this.pack()
    }
    this.unpacked = undefined
  }

  /** The result at a place, if there is one. */
  at(index: number): FoundName | undefined {
    const text = Math.floor(index / perText)
    if (this.unpacked?.index !== text) {
      const parts = text < this.packed.length ? this.packed[text]!.split(between) : this.parts
      this.unpacked = { index: text, names: unpack(parts) }
    }
    return this.unpacked.names[index % perText]
  }

  private pack(): void {
    this.packed.push(this.parts.join(between))
    this.parts = []
    this.directory = undefined
  }
}

const unpack = (parts: readonly string[]): readonly FoundName[] => {
  const names: FoundName[] = []
  let directory = ''
  for (const part of parts) {
    if (part.startsWith(mark)) directory = part.slice(1)
    else names.push({ directory, name: part })
  }
  return names
}
