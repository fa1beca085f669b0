import { EventEmitter } from 'node:events'
import test from 'ava'
import { firstValueFrom, of, take, toArray } from 'rxjs'
import { serveWebview } from '../../examples/vscode-webview/extension.js'
import { changes } from '../../examples/vscode-webview/page.js'

test('a page of a webview hears what changes from its extension', async t => {
  const extension = new EventEmitter()
  // the page's window hears the extension, and posts by what acquireVsCodeApi() returned
  const page = new EventTarget()
  Object.assign(globalThis, {
    addEventListener: page.addEventListener.bind(page),
    removeEventListener: page.removeEventListener.bind(page),
  })
  const webview = {
    postMessage: (message: unknown) =>
      void setImmediate(() =>
        page.dispatchEvent(Object.assign(new Event('message'), { data: structuredClone(message) })),
      ),
    onDidReceiveMessage: (listener: (message: unknown) => void) => {
      extension.on('message', listener)
      return { dispose: () => extension.off('message', listener) }
    },
  }
  const serving = serveWebview(webview, { open: () => true, changes: of('a.ts', 'b.ts') }).subscribe()
  const api = {
    postMessage: (message: unknown) => setImmediate(() => extension.emit('message', structuredClone(message))),
  }
  t.deepEqual(await firstValueFrom(changes(api).pipe(take(2), toArray())), ['a.ts', 'b.ts'])
  serving.unsubscribe()
})
