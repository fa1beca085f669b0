import type { PortLike } from '../message-port.js'

/** One end of a fork channel: a `ChildProcess` with an `'ipc'` descriptor, or the `process` of such a child. */
export interface ForkChannel {
  send?(message: unknown, callback: (error: Error | null) => void): boolean
  disconnect?(): void
  on(event: 'message' | 'disconnect', listener: (value: unknown) => void): unknown
  off(event: 'message' | 'disconnect', listener: (value: unknown) => void): unknown
  readonly connected?: boolean
}

/** A fork channel in the shape of a port. What cannot be sent any more is dropped: the end of the channel is told by `close`. */
export const processPort = (channel: ForkChannel): PortLike => {
  const drained = new Set<(value: unknown) => void>()
  let unsent = 0
  let full = false

  const sent = (): void => {
    unsent -= 1
    if (unsent > 0 || !full) return
    full = false
    for (const listener of drained) listener(undefined)
  }

  return {
    serial: true,
    postMessage: message => {
      if (!channel.connected) return true
      unsent += 1
      // once full it stays so until all has gone: that is when it is told
      if (channel.send?.(message, sent) === false) full = true
      return !full
    },
    on: (type, listener) => {
      if (type === 'message') channel.on('message', listener)
      if (type === 'close') channel.on('disconnect', listener)
      if (type === 'drain') drained.add(listener)
    },
    off: (type, listener) => {
      channel.off('message', listener)
      channel.off('disconnect', listener)
      drained.delete(listener)
    },
    close: () => {
      // what is queued goes first
      if (channel.connected) channel.disconnect?.()
    },
  }
}

/** What a child says when it has come to `fromParent`: from now on it listens. */
export const ready = { sluice: 'ready' }

/** Whether a message is {@link ready}. */
export const isReady = (message: unknown): boolean =>
  typeof message === 'object' && message !== null && (message as { sluice?: unknown }).sluice === 'ready'
