import { mergeMap, type Observable } from 'rxjs'
import { peer } from 'sluice'
import { vscodeWebview, type VsCodeApiLike } from 'sluice/browser'
import { Workbench } from './contract.js'

/** The page: what changes, as the extension tells it. Call it with what `acquireVsCodeApi()` returned. */
export const changes = (api: VsCodeApiLike): Observable<string> =>
  vscodeWebview(api).pipe(
    peer({ uses: Workbench }),
    mergeMap(({ remote }) => remote.changes()),
  )
