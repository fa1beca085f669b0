import { dom } from './dom.js'
import type { Aside, Told } from './mirror.js'

/** Between pages and workers of one origin. */
export const aloud = (channel: string): Aside => {
  const port = new dom.BroadcastChannel(channel)
  return {
    post: message => port.postMessage(message),
    listen: take => {
      const hear = ({ data }: { readonly data: unknown }): void => take(data as Told)
      port.addEventListener('message', hear)
      return () => port.removeEventListener('message', hear)
    },
  }
}

/** One message as bytes: a text behind its length, and what bytes it has behind that. */
export const inBytes = ([pipe, what, value]: Told): Uint8Array => {
  const bytes = value instanceof Uint8Array ? value : undefined
  const text = new TextEncoder().encode(JSON.stringify(bytes === undefined ? [pipe, what, value] : [pipe, what]))
  const whole = new Uint8Array(4 + text.length + (bytes?.length ?? 0))
  new DataView(whole.buffer).setUint32(0, text.length)
  whole.set(text, 4)
  if (bytes !== undefined) whole.set(bytes, 4 + text.length)
  return whole
}

/** Reads what {@link inBytes} wrote. */
export const fromBytes = (whole: Uint8Array): Told => {
  const start = 4 + new DataView(whole.buffer, whole.byteOffset).getUint32(0)
  const [pipe, what, value] = JSON.parse(new TextDecoder().decode(whole.subarray(4, start))) as Told
  return [pipe, what, what === 'chunk' || what === 'say' ? whole.slice(start) : value]
}
