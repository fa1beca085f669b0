import { mergeMap, type Observable } from 'rxjs'

type Incoming = Readonly<Record<string, Observable<unknown>>>
type CallsOf<P, M extends PropertyKey> = P extends { readonly incoming: Readonly<Record<M, Observable<infer C>>> }
  ? C
  : never

/**
 * One method's calls over all clients: batch them, throttle them, group them by `call.peer`.
 *
 * @param peers$ - a listener's peers
 * @param method - name of a method that they serve
 */
export const merged = <P extends { readonly incoming: object }, M extends keyof P['incoming'] & string>(
  peers$: Observable<P>,
  method: M,
): Observable<CallsOf<P, M>> =>
  peers$.pipe(mergeMap(peer => (peer.incoming as Incoming)[method] as Observable<CallsOf<P, M>>))
