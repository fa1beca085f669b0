import { Observable } from 'rxjs'

/** What rxjs 7 keeps of an operator: the Observable before it, and what it does to that. */
interface Lifted {
  source?: Observable<unknown> | undefined
  operator?: unknown
}

/** The Observable at the root of a chain of operators: itself, when it is none. */
export const rootOf = (chain$: Observable<unknown>): Observable<unknown> => {
  const { source, operator }: Lifted = chain$
  return source === undefined || operator === undefined ? chain$ : rootOf(source)
}

/**
 * The same chain of operators on another root.
 *
 * Only operators that rxjs lifts show what stands before them; creators (`merge(a$, b$)`, `defer`) are roots themselves.
 */
export const onRoot = <T>(chain$: Observable<T>, root$: Observable<unknown>): Observable<T> => {
  const { source, operator }: Lifted = chain$
  if (source === undefined || operator === undefined) return root$ as Observable<T>
  return Object.assign(new Observable<T>(), { source: onRoot(source, root$), operator })
}
