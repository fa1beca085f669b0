import { catchError, of, type Observable } from 'rxjs'

/** What something failed with, as a last value: its tag, and its `why` or `sent`. */
export const named = <T>(source$: Observable<T>): Observable<T | string> =>
  source$.pipe(
    catchError((error: unknown) => {
      const { _tag, why, sent } = error as { readonly _tag: string; readonly why?: string; readonly sent?: string }
      return of([_tag, why, sent].filter(Boolean).join(' '))
    }),
  )
