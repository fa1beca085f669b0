import { type Bridge, ipcBridge, type IpcRendererLike } from 'sluice/browser'

/** The part of Electron's `contextBridge` that is used. */
export interface ContextBridgeLike {
  exposeInMainWorld(name: string, api: unknown): void
}

/** The preload script: hands two functions to the page, `window.desk`. Call it with Electron's `contextBridge` and `ipcRenderer`. */
export const expose = (contextBridge: ContextBridgeLike, ipc: IpcRendererLike): void => {
  const bridge: Bridge = ipcBridge(ipc)
  contextBridge.exposeInMainWorld('desk', bridge)
}
