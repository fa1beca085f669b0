import type { Transport } from '../../pipe/pipe.js'
import { listenTo } from '../listen-to.js'
import { type BridgeOptions, bridgedPipes, dialBridge } from './bridge.js'
import { globals } from './globals.js'

/** What `acquireVsCodeApi()` returns in a webview, as far as it is used. */
export interface VsCodeApiLike {
  postMessage(message: unknown): unknown
}

/** An extension's `vscode.Webview`, as far as it is used. */
export interface VsCodeWebviewLike {
  postMessage(message: unknown): unknown
  readonly onDidReceiveMessage: (listener: (message: unknown) => void) => { dispose(): unknown }
}

/**
 * A webview's pipe to its extension, `'dialled'`; the extension takes the other end by {@link vscodeHost}, before or after: what
 * is said early is not lost.
 *
 * @param api - what `acquireVsCodeApi()` returned; it may be called once
 *
 * @example
 * ```ts
 * vscodeWebview(acquireVsCodeApi()).pipe(peer({ uses: Extension })).subscribe(extension => show(extension.remote))
 * ```
 */
export const vscodeWebview = (api: VsCodeApiLike, options: BridgeOptions = {}): Transport =>
  dialBridge(
    {
      post: message => void api.postMessage(message),
      listen: listener => listenTo(globals, 'message', ({ data }: { readonly data: unknown }) => listener(data)),
    },
    options,
  )

/**
 * An extension's pipes from one webview, `'accepted'`: one for each time that its page is loaded; never completes. Unsubscribe
 * when the panel is disposed of.
 *
 * @param webview - `panel.webview`
 *
 * @example
 * ```ts
 * const pages = vscodeHost(panel.webview).pipe(peer({ serves: Extension }), mergeMap(page => serve(page, handlers))).subscribe()
 * panel.onDidDispose(() => pages.unsubscribe())
 * ```
 */
export const vscodeHost = (webview: VsCodeWebviewLike, options: Pick<BridgeOptions, 'closeWithin'> = {}): Transport =>
  bridgedPipes(
    {
      post: message => void webview.postMessage(message),
      listen: listener => {
        const listening = webview.onDidReceiveMessage(listener)
        return () => void listening.dispose()
      },
    },
    options,
  )
