export { dial, type DialOptions } from './transport/browser/dial.js'
export { spawnWorker, type SpawnWorkerOptions, type WorkerLike } from './transport/browser/spawn-worker.js'
export { fromHost } from './transport/browser/from-host.js'
export { sharedWorker, type SharedWorkerLike, type SharedWorkerOptions } from './transport/browser/shared-worker.js'
export { tabs } from './transport/browser/tabs.js'
export { frameWindow, type FrameLike, type FrameWindowOptions } from './transport/browser/frame-window.js'
export { parentWindow, type ParentWindowOptions } from './transport/browser/parent-window.js'
export type { WindowPlace } from './transport/browser/window-hello.js'
export type { WindowLike } from './transport/browser/globals.js'
export type { EventSource } from './transport/listen-to.js'
export { mortalPort } from './transport/browser/mortal-port.js'
export { bridgedPipes, dialBridge, type Bridge, type BridgeOptions } from './transport/browser/bridge.js'
export {
  electronPort,
  ipcBridge,
  ipcMainBridge,
  type IpcMainEventLike,
  type IpcMainLike,
  type IpcRendererLike,
  type MessagePortMainLike,
  type WebContentsLike,
} from './transport/browser/electron.js'
export { vscodeHost, vscodeWebview, type VsCodeApiLike, type VsCodeWebviewLike } from './transport/browser/vscode.js'
