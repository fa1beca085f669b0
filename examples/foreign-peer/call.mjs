/**
 * One call, of either end: proto/README.md, "Calls".
 */
import { encode } from './contract.mjs'
import { credit, failed } from './frames.mjs'
import { Message, join } from './protobuf.mjs'

/** What a frame costs beside its payload, at most. */
const besides = 64

export const most = 2 ** 31 - 1
export const none = new Uint8Array()

/** What may be sent in one direction of one call, by the grants that came. */
class Window {
  items = 0
  bytes = 0

  add(body) {
    const grant = new Message(body)
    this.items = Math.min(most, this.items + (grant.uint(1) ?? 0))
    this.bytes = Math.min(most, this.bytes + (grant.uint(2) ?? 0))
  }

  get open() {
    return this.items > 0 && this.bytes > 0
  }

  take(length) {
    this.items -= 1
    this.bytes -= length
  }
}

/** One call, of either end. The methods and the callers among them keep their own state in it. */
export class Call {
  over = false
  toSend = new Window()
  toReceive = new Window()
  /** Nothing but an end comes from the far end any more. */
  farIsDone = false
  #parts = []

  constructor(calls, id, method, farNumbers) {
    this.calls = calls
    this.id = id
    this.method = method
    this.farNumbers = farNumbers
  }

  send(kind, body) {
    if (!this.over) this.calls.link.send(kind, body, this.id)
  }

  /** Whether a payload has come in part. */
  get amidst() {
    return this.#parts.length > 0
  }

  /** Keeps a part of a payload. @returns whether it is too long by now */
  part(bytes) {
    this.#parts.push(bytes)
    return this.#parts.reduce((sum, one) => sum + one.length, 0) > this.calls.link.messageBytes
  }

  /** A payload, by its last part. */
  whole(last) {
    const whole = this.amidst && !this.calls.link.faults.has('parts') ? join(...this.#parts, last) : last
    this.#parts = []
    return whole
  }

  /** Asks for items. */
  grant(items, size) {
    const body = credit(items, size)
    this.toReceive.add(body)
    this.send('credit', body)
  }

  /** Ends with a frame of this end. */
  finish(kind, body = none) {
    this.send(kind, body)
    this.end()
  }

  end() {
    if (this.over) return
    this.over = true
    clearTimeout(this.deadline)
    this.calls.open.delete(this.id)
  }

  fail(code, fields) {
    this.finish('fail', failed(code, fields))
  }

  /** Fails with the method's own failure. */
  failWith(failure) {
    this.fail('FAILURE', { failure: encode(this.method.failure, failure) })
  }

  /** A payload that goes to the caller, or undefined if it takes none as long: then the call has failed. */
  #payload(value, limit) {
    const payload = encode(this.method.output, value)
    if (payload.length <= limit) return payload
    this.fail('TOO_LARGE', { message: String(limit) })
    return undefined
  }

  /** Answers; in parts, so that others get in between, where it is long. */
  reply(value) {
    if (this.over) return
    const { farFrameBytes, farMessageBytes } = this.calls.link
    const payload = this.#payload(value, farMessageBytes)
    if (payload === undefined) return
    const size = Math.min(64 * 1024, farFrameBytes - besides)
    let at = 0
    for (; payload.length - at > size; at += size) this.send('fragment', payload.subarray(at, at + size))
    this.finish('reply', payload.subarray(at))
  }

  /** One item, which the caller of this checked the window for. */
  next(value) {
    const { farFrameBytes, farMessageBytes } = this.calls.link
    // this peer sends no items in parts
    const payload = this.#payload(value, Math.min(farMessageBytes, farFrameBytes - besides))
    if (payload !== undefined) this.#item(payload)
  }

  /** The same, of the caller's items. */
  upload(value) {
    this.#item(encode(this.method.input, value))
  }

  #item(payload) {
    this.toSend.take(payload.length)
    this.send('next', payload)
  }
}
