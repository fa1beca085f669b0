import type { FrameLike, SharedWorkerLike, WorkerLike } from 'sluice/browser'

// The pages are compiled with the types of Node, like everything else here: this is what they use of a browser's.

/** An iframe. */
export interface Frame extends Extract<FrameLike, { readonly contentWindow: unknown }> {
  src: string
  remove(): void
}

interface Port {
  postMessage(message: unknown): void
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void
  removeEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void
}

interface Socket {
  binaryType: string
  send(data: Uint8Array): void
  addEventListener(type: 'message', listener: (event: { readonly data: ArrayBuffer }) => void): void
  addEventListener(type: 'open', listener: () => void): void
  close(): void
}

interface Dom {
  readonly Worker: new (url: string, options: { readonly type: 'module'; readonly name?: string }) => WorkerLike
  readonly SharedWorker: new (
    url: string,
    options: { readonly type: 'module'; readonly name: string },
  ) => SharedWorkerLike
  readonly BroadcastChannel: new (name: string) => Port
  readonly WebSocket: new (url: string) => Socket
  readonly document: {
    createElement(tag: 'iframe'): Frame
    readonly documentElement: { append(child: Frame): void }
  }
  readonly location: { readonly origin: string; readonly search: string; reload(): void }
  readonly name: string
  close(): void
  addEventListener(type: string, listener: (event: { readonly data: unknown }) => void): void
  dispatchEvent(event: Event): void
  readonly parent: { postMessage(message: unknown, origin: string, transfer?: readonly unknown[]): void }
}

/** What is used of the DOM, by its shape. */
export const dom = globalThis as unknown as Dom

/** A parameter of this page's or worker's address. */
export const parameter = (name: string): string => new URLSearchParams(dom.location.search).get(name) ?? ''
