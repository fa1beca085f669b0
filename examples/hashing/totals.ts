import type { Progress } from './hash-tree.js'

/** How many there are, and the first few of them. */
export interface Tally {
  readonly count: number
  readonly first: readonly string[]
}

/** What a directory has come to so far. */
export interface Totals {
  /** Files that were there when they were counted. */
  readonly counted: number
  readonly files: number
  readonly empty: number
  readonly bytes: number
  readonly lines: number
  /** Files that were hashed at both ends. */
  readonly checked: number
  /** Things that are left alone on purpose, by what they are. */
  readonly special: Readonly<Record<string, number>>
  readonly changed: Tally
  readonly unreadable: Tally
  /** Files on which the two ends do not agree. */
  readonly wrong: Tally
  /** There once everything is done. */
  readonly end: Extract<Progress, { readonly _tag: 'Finished' }> | undefined
}

const none: Tally = { count: 0, first: [] }

export const nothingYet: Totals = {
  counted: 0,
  files: 0,
  empty: 0,
  bytes: 0,
  lines: 0,
  checked: 0,
  special: {},
  changed: none,
  unreadable: none,
  wrong: none,
  end: undefined,
}

const oneMore = ({ count, first }: Tally, text: string): Tally => ({
  count: count + 1,
  first: first.length < 5 ? [...first, text] : first,
})

/** The totals after one thing more. */
export const add = (totals: Totals, progress: Progress): Totals => {
  switch (progress._tag) {
    case 'Counted':
      return { ...totals, counted: progress.files }
    case 'Finished':
      return { ...totals, end: progress }
    case 'Skipped': {
      const { kind, path, why } = progress
      if (kind === 'special')
        return { ...totals, special: { ...totals.special, [why]: (totals.special[why] ?? 0) + 1 } }
      // the system's own messages name the path
      return { ...totals, unreadable: oneMore(totals.unreadable, why.includes(path) ? why : `${path}: ${why}`) }
    }
    case 'Hashed': {
      const { path, digest, check, changed } = progress
      return {
        ...totals,
        files: totals.files + 1,
        empty: totals.empty + (digest.bytes === 0 ? 1 : 0),
        bytes: totals.bytes + digest.bytes,
        lines: totals.lines + digest.lines,
        checked: totals.checked + (check === 'none' ? 0 : 1),
        changed: changed ? oneMore(totals.changed, path) : totals.changed,
        wrong: check === 'different' ? oneMore(totals.wrong, `${path}: the child says ${digest.sha256}`) : totals.wrong,
      }
    }
  }
}

/** True when everything that should have been hashed was, and both ends agree. */
export const isRight = ({ unreadable, wrong, end }: Totals): boolean =>
  unreadable.count === 0 && wrong.count === 0 && end !== undefined
