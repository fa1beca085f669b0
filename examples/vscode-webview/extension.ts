import { mergeMap, type Observable } from 'rxjs'
import { peer, serve } from 'sluice'
import { vscodeHost, type VsCodeWebviewLike } from 'sluice/browser'
import { Workbench } from './contract.js'

/** What the extension can do. */
export interface Deeds {
  readonly open: (path: string) => boolean
  readonly changes: Observable<string>
}

/** The extension: serves one panel's page, each time that it is loaded. Subscribe before `webview.html` is set, unsubscribe at `onDidDispose`. */
export const serveWebview = (webview: VsCodeWebviewLike, deeds: Deeds): Observable<unknown> =>
  vscodeHost(webview).pipe(
    peer({ serves: Workbench }),
    mergeMap(page => serve(page, { open: ({ path }) => deeds.open(path), changes: () => deeds.changes })),
  )
