import { interval, mergeMap, type Observable } from 'rxjs'
import { peer, serve } from 'sluice'
import { bridgedPipes, ipcMainBridge, type IpcMainLike, type WebContentsLike } from 'sluice/browser'
import { Desk } from './contract.js'

/**
 * The main process: serves one window's page, each time that it is loaded. Subscribe once the window is made, unsubscribe at its
 * `closed`.
 *
 * @param ipc - `ipcMain`
 * @param contents - `window.webContents`
 */
export const serveWindow = (ipc: IpcMainLike, contents: WebContentsLike): Observable<unknown> =>
  bridgedPipes(ipcMainBridge(ipc, contents)).pipe(
    peer({ serves: Desk }),
    mergeMap(page => serve(page, { version: () => '1.0.0', ticks: ({ everyMs }) => interval(everyMs) })),
  )
