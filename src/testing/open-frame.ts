import type { Open } from '../wire/frame.js'

/** An `Open` with nothing but a method, by its position, and a payload. */
export const openFrame = (id: number, method: number, payload: Uint8Array = new Uint8Array()): Open => ({
  _tag: 'Open',
  id,
  method,
  payload,
  credit: undefined,
  timeoutMs: undefined,
  metadata: undefined,
})
