import { createHash } from 'node:crypto'
import { concat, defer, ignoreElements, type Observable, of, tap } from 'rxjs'
import type { Digest } from './contract.js'

const newline = 10

const linesIn = (chunk: Uint8Array): number => {
  let lines = 0
  for (let at = chunk.indexOf(newline); at >= 0; at = chunk.indexOf(newline, at + 1)) lines++
  return lines
}

/** SHA-256 of all chunks, and how many bytes and ends of lines they hold; nothing is kept of a chunk once it is counted. */
export const digestOf = (chunks$: Observable<Uint8Array>): Observable<Digest> =>
  defer(() => {
    const hash = createHash('sha256')
    let bytes = 0
    let lines = 0
    const counted$ = chunks$.pipe(
      tap(chunk => {
        hash.update(chunk)
        bytes += chunk.length
        lines += linesIn(chunk)
      }),
      ignoreElements(),
    )
    return concat(
      counted$,
      defer(() => of({ sha256: hash.digest('hex'), bytes, lines })),
    )
  })
