import { map, type MonoTypeOperatorFunction, type Observable, switchMap, take } from 'rxjs'
import { differencesOf, type SchemaReport } from '../session/judge.js'
import { Refused } from '../session/refused.js'

/**
 * Mirrors the peers whose contracts match on both ends; fails with {@link Refused}, `why: 'schema'`, at the first that
 * does not, naming every difference.
 */
export const assertCompatible = <
  P extends { readonly schema$: Observable<SchemaReport> },
>(): MonoTypeOperatorFunction<P> =>
  switchMap(peer =>
    peer.schema$.pipe(
      take(1),
      map(report => {
        if (report.compatible) return peer
        const lines = report.methods.flatMap(method =>
          differencesOf(method).map(
            ({ path, ours, theirs, why }) =>
              `${method.contract}.${method.method}${path === '' ? '' : ` at ${path}`}: ours ${ours}, theirs ${theirs} (${why})`,
          ),
        )
        throw new Refused('schema', `the two ends' contracts differ: ${lines.join('; ')}: bring both to one contract`)
      }),
    ),
  )
