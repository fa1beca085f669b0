import type { Transport } from '../../pipe/pipe.js'
import { messagePort, type MessagePortOptions, type PortLike } from '../message-port.js'
import type { Bridge } from './bridge.js'

/** Electron's `MessagePortMain`, as far as it is used. */
export interface MessagePortMainLike {
  postMessage(message: unknown): void
  on(event: 'message', listener: (event: { readonly data: unknown }) => void): unknown
  on(event: 'close', listener: () => void): unknown
  off(event: 'message', listener: (event: { readonly data: unknown }) => void): unknown
  off(event: 'close', listener: () => void): unknown
  start(): void
  close(): void
}

/** Electron's `ipcRenderer`, as far as it is used. */
export interface IpcRendererLike {
  send(channel: string, message: unknown): void
  on(channel: string, listener: (event: unknown, message: unknown) => void): unknown
  off(channel: string, listener: (event: unknown, message: unknown) => void): unknown
}

/** The event of Electron's `ipcMain`, as far as it is used. */
export interface IpcMainEventLike {
  readonly sender: unknown
}

/** Electron's `ipcMain`, as far as it is used. */
export interface IpcMainLike {
  on(channel: string, listener: (event: IpcMainEventLike, message: unknown) => void): unknown
  off(channel: string, listener: (event: IpcMainEventLike, message: unknown) => void): unknown
}

/** Electron's `webContents`, as far as it is used. */
export interface WebContentsLike {
  send(channel: string, message: unknown): void
  isDestroyed(): boolean
}

/** Where both ends look for each other unless told otherwise. */
const defaultChannel = 'sluice'

/**
 * A pipe over a port of Electron's main process, which transfers no ArrayBuffers; the renderer's end is a `MessagePort`, for
 * `messagePort` or `mortalPort`.
 *
 * @param port - from `new MessageChannelMain()`
 */
export const electronPort = (
  port: MessagePortMainLike,
  options: Omit<MessagePortOptions, 'transfer'> = {},
): Transport => {
  const known = knownPorts.get(port) ?? {
    postMessage: (message: unknown) => port.postMessage(message),
    on: (type: string, listener: (value: unknown) => void) => {
      if (type === 'message') port.on('message', listener)
      if (type === 'close') port.on('close', listener as () => void)
    },
    off: (type: string, listener: (value: unknown) => void) => {
      if (type === 'message') port.off('message', listener)
      if (type === 'close') port.off('close', listener as () => void)
    },
    start: () => port.start(),
    close: () => port.close(),
  }
  knownPorts.set(port, known)
  return messagePort(known, options)
}

const knownPorts = new WeakMap<MessagePortMainLike, PortLike>()

/**
 * A renderer's bridge to the main process: two functions, to be handed through `contextBridge` by the preload script.
 *
 * @param ipc - `ipcRenderer`
 * @param channel - `'sluice'` unless told
 */
export const ipcBridge = (ipc: IpcRendererLike, channel = defaultChannel): Bridge => ({
  post: message => ipc.send(channel, message),
  listen: listener => {
    const take = (_event: unknown, message: unknown): void => listener(message)
    ipc.on(channel, take)
    return () => void ipc.off(channel, take)
  },
})

/**
 * The main process's bridge to one page: for `bridgedPipes`.
 *
 * @param ipc - `ipcMain`
 * @param contents - the page's `webContents`: what other pages say is passed over
 * @param channel - `'sluice'` unless told
 */
export const ipcMainBridge = (ipc: IpcMainLike, contents: WebContentsLike, channel = defaultChannel): Bridge => ({
  post: message => {
    if (!contents.isDestroyed()) contents.send(channel, message)
  },
  listen: listener => {
    const take = ({ sender }: IpcMainEventLike, message: unknown): void => {
      if (sender === contents) listener(message)
    }
    ipc.on(channel, take)
    return () => void ipc.off(channel, take)
  },
})
