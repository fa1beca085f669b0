import type { EventSource } from '../listen-to.js'

/**
 * What is used of a browser's globals, by its shape: the types of the DOM are not those of Node, and a program has either.
 *
 * Each is looked up when it is needed, and may be missing: a worker has no page, an insecure page no locks.
 */
export interface BrowserGlobals extends EventSource {
  readonly WebSocket?: new (url: string) => WebSocketLike
  readonly navigator?: { readonly locks?: LockManagerLike }
  readonly parent?: WindowLike
  postMessage?(message: unknown, transfer?: readonly unknown[]): void
}

/** A browser's `WebSocket`, and the one of Node 22 and its kin. */
export interface WebSocketLike extends EventSource {
  binaryType: string
  readonly bufferedAmount: number
  readonly readyState: number
  send(data: Uint8Array): void
  close(code?: number, reason?: string): void
}

/** The part of Web Locks that is used: a lock is held until what the callback returns is settled. */
export interface LockManagerLike {
  request(
    name: string,
    options: { readonly signal?: AbortSignal; readonly ifAvailable?: boolean },
    callback: (lock: unknown) => unknown,
  ): Promise<unknown>
}

/** A window, as far as a page of another origin may use it. */
export interface WindowLike {
  postMessage(message: unknown, targetOrigin: string, transfer?: readonly unknown[]): void
}

/** The globals of the page or worker that this runs in. */
export const globals = globalThis as unknown as BrowserGlobals
