import {
  catchError,
  combineLatest,
  concat,
  count,
  defer,
  filter,
  from,
  map,
  mergeMap,
  type Observable,
  of,
  throwError,
} from 'rxjs'
import { peer, type Peer } from 'sluice'
import { spawn } from 'sluice/node'
import { argsFor } from '../this-program.js'
import { type Digest, Hashing } from './contract.js'
import { digestOf } from './digest.js'
import { pulled } from './pulled.js'
import { chunksOf, type Reading, unread } from './read-file.js'
import { type Skipped, walk } from './walk.js'

/** Files on their way at once. */
const concurrency = 16

/** One file in so many is read again and hashed here as well. */
const checkEvery = 20

/** A file that the child has hashed. */
export interface Hashed {
  readonly _tag: 'Hashed'
  readonly path: string
  readonly digest: Digest
  /** Whether the file changed while it was read: the digest is then of a mixture. */
  readonly changed: boolean
  /** How the child's digest compares with our own, where we made one. */
  readonly check: 'none' | 'same' | 'different'
}

/** What happens while a directory is hashed: `Counted` comes first, `Finished` last. */
export type Progress =
  | { readonly _tag: 'Counted'; readonly files: number }
  | Hashed
  | Skipped
  | {
      readonly _tag: 'Finished'
      /** From the first chunk to the last digest. */
      readonly seconds: number
      /** In bytes. */
      readonly peakMemoryOfChild: number
    }

type Worker = Peer<typeof Hashing>

const hashHere = (path: string, reading: Reading): Observable<string> =>
  digestOf(from(chunksOf(path, reading))).pipe(map(({ sha256 }) => sha256))

/** Reads the file again, and compares; a file that is not what it was tells nothing. */
const checked = (path: string, digest: Digest, { bytes, version }: Reading): Observable<Hashed['check']> =>
  defer(() => {
    if (digest.bytes !== bytes) return of('different' as const)
    const again = unread()
    return hashHere(path, again).pipe(
      map(sha256 =>
        again.changed || again.version !== version ? 'none' : sha256 === digest.sha256 ? 'same' : 'different',
      ),
      catchError(() => of('none' as const)),
    )
  })

/** Errors of the call or the connection are tagged; others are the file's. */
const isOfTheFile = (error: unknown): error is Error => error instanceof Error && !('_tag' in error)

const hashFile = (worker: Worker, path: string, check: boolean): Observable<Hashed | Skipped> =>
  defer(() => {
    const reading = unread()
    return worker.remote.hash(chunksOf(path, reading)).pipe(
      mergeMap(digest => {
        const { changed } = reading
        const check$ = check && !changed ? checked(path, digest, reading) : of('none' as const)
        return check$.pipe(map((check): Hashed => ({ _tag: 'Hashed', path, digest, changed, check })))
      }),
      catchError((error: unknown) =>
        isOfTheFile(error)
          ? of<Skipped>({ _tag: 'Skipped', path, kind: 'unreadable', why: error.message })
          : throwError(() => error),
      ),
    )
  })

const hashAll = (worker: Worker, directory: string): Observable<Hashed | Skipped> => {
  let files = 0
  return pulled(
    walk(directory),
    found => (found._tag === 'File' ? hashFile(worker, found.path, files++ % checkEvery === 0) : of(found)),
    concurrency,
  )
}

/** Streams every file below a directory to a child process, which hashes them. Completes when the child has gone. */
export const hashTree = (directory: string): Observable<Progress> => {
  const worker$ = spawn(process.execPath, { args: argsFor('worker.ts', import.meta.url) }).pipe(
    peer({ uses: Hashing, validation: 'require' }),
  )
  const files$ = from(walk(directory)).pipe(
    filter(found => found._tag === 'File'),
    count(),
  )
  // the child starts while the files are counted
  return combineLatest([worker$, files$]).pipe(
    mergeMap(([worker, files]) => {
      const begun = performance.now()
      const finished$ = defer(() => {
        const seconds = (performance.now() - begun) / 1_000
        return worker.remote
          .peakMemory()
          .pipe(map((peakMemoryOfChild): Progress => ({ _tag: 'Finished', seconds, peakMemoryOfChild })))
      })
      return concat(of<Progress>({ _tag: 'Counted', files }), hashAll(worker, directory), finished$, worker.close())
    }),
  )
}
