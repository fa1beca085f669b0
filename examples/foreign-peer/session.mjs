/**
 * One pipe: what two ends agree on before and around calls. proto/README.md, "Handshake", "How a session ends", "Liveness".
 *
 * This end accepts and holds a secret; it keeps no session whose pipe broke.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { Calls } from './calls.mjs'
import { contract } from './contract.mjs'
import { descriptorSet, fingerprint, judge, mismatchedIn, verdictsOf } from './descriptors.mjs'
import { Deframer, Violation, frame, reasons } from './frames.mjs'
import { Malformed, Message, bytes, join, message, number, text } from './protobuf.mjs'

const handshakeMs = 5_000
const frameBytes = 256 * 1024
const messageBytes = 1024 * 1024
const openCalls = 32
const before = 1024 * 1024
const { OFF, REQUIRE } = { REQUIRE: 1, OFF: 2 }
const callKinds = new Set(['open', 'next', 'reply', 'complete', 'fail', 'cancel', 'credit', 'fragment'])

/** The handshake failed; the far end is told so. */
class Refusal extends Error {
  constructor(reason, why) {
    super(why)
    this.reason = reason
  }
}

const u32 = length => Uint8Array.from([length >>> 24, (length >>> 16) & 255, (length >>> 8) & 255, length & 255])

const mac = (secret, role, dialled, accepted) =>
  createHmac('sha256', secret)
    .update(`sluice v1 proof${role}`)
    .update(join(u32(dialled.length), dialled, u32(accepted.length), accepted))
    .digest()

const offer = message(
  text(1, contract.name),
  bytes(2, fingerprint),
  ...contract.methods.map(({ name }) => text(3, name)),
)

/** A `Hello` as far as this end looks at it. */
const readHello = body => {
  const hello = new Message(body)
  const offers = field =>
    hello.messages(field).map(one => ({
      contract: one.text(1) ?? '',
      fingerprint: one.bytes(2) ?? new Uint8Array(),
      methods: one.texts(3),
    }))
  return {
    versions: hello.uints(1),
    nonce: hello.bytes(2) ?? new Uint8Array(),
    proof: hello.bool(3),
    frameBytes: hello.message(4)?.uint(1) ?? 16 * 1024 * 1024,
    messageBytes: hello.message(4)?.uint(2) ?? 64 * 1024 * 1024,
    calls: hello.message(4)?.uint(3) ?? 1024,
    validation: hello.uint(5) ?? 0,
    serves: offers(6),
    uses: offers(7),
    heartbeatMs: hello.uint(8) ?? 0,
  }
}

const named = offers => offers.find(one => one.contract === contract.name)

export class Session {
  #socket
  #secret
  #faults
  #state = 'greeting'
  #deframer
  #hello
  #late
  #heartbeat
  #silent = false

  constructor(socket, secret, faults) {
    this.#socket = socket
    this.#secret = secret
    this.#faults = faults
    const limit = () => (this.#state === 'session' ? frameBytes : Math.min(before, frameBytes))
    this.#deframer = new Deframer(faults.has('length') ? () => Infinity : limit)
    this.#hello = message(
      number(1, 1),
      bytes(2, randomBytes(32)),
      number(3, true),
      bytes(4, message(number(1, frameBytes), number(2, messageBytes), number(3, openCalls))),
      bytes(6, offer),
      bytes(7, offer),
    )
    socket.on('data', chunk => this.#take(chunk))
    socket.on('end', () => this.#over())
    socket.on('error', () => this.#over())
    socket.on('close', () => this.#over())
    this.#late = setTimeout(() => this.#leave('LATE', 'the handshake took too long'), handshakeMs)
    this.#send('hello', this.#hello)
  }

  /** Orderly: every call is over. */
  close() {
    this.#leave('DONE', '', 1_000)
  }

  #send(kind, body = new Uint8Array(), call = undefined) {
    if (this.#state === 'over') return
    this.#silent = false
    this.#socket.write(frame(kind, body, call))
  }

  #over() {
    if (this.#state === 'over') return
    this.#state = 'over'
    clearTimeout(this.#late)
    clearInterval(this.#heartbeat)
    this.calls?.end()
    this.#socket.end()
  }

  /** Says goodbye, and closes the pipe: at once, or when the far end's half is over. */
  #leave(reason, why, graceMs = 0) {
    if (this.#state === 'over') return
    this.#send('goodbye', message(number(1, reasons.indexOf(reason)), text(2, why)))
    this.#over()
    if (graceMs === 0) this.#socket.destroySoon()
    else setTimeout(() => this.#socket.destroy(), graceMs).unref()
  }

  #take(chunk) {
    try {
      for (const one of this.#deframer.push(chunk)) {
        if (this.#state === 'over') return
        this.#receive(one)
      }
    } catch (error) {
      if (error instanceof Refusal) this.#leave(error.reason, error.message)
      else if (error instanceof Violation || error instanceof Malformed) this.#leave('VIOLATION', error.message)
      else throw error
    }
  }

  #receive({ kind, body, call }) {
    if (kind === 'ping') return this.#pong(new Message(body).uint(1) ?? 0)
    if (kind === 'goodbye') return this.#farewell(new Message(body).uint(1) ?? 0)
    if (this.#state === 'session') {
      if (callKinds.has(kind)) return this.calls.receive(kind, body, call)
      if (kind === 'pong' || kind === 'ack') return undefined
    }
    if (kind === 'hello' && this.#state === 'greeting') return this.#greeted(body)
    if (kind === 'proof' && this.#state === 'proving') return this.#proved(new Message(body))
    if (kind === 'descriptors' && this.#state === 'describing') return this.#described(new Message(body))
    if (kind === 'verdicts' && this.#state === 'agreeing') return this.#agreed(body)
    throw new Violation(`a ${kind} has no place here (${this.#state})`)
  }

  #pong(token) {
    if (!this.#faults.has('pong')) this.#send('pong', number(1, token))
  }

  #farewell(reason) {
    if (reason === 0 && !this.#faults.has('goodbye')) this.#leave('DONE', '', 1_000)
    else this.#over()
  }

  #greeted(body) {
    const far = readHello(body)
    this.far = far
    this.dialled = body
    if (far.nonce.length < 16 && !this.#faults.has('nonce')) throw new Violation('a nonce has at least 16 bytes')
    if (!far.versions.includes(1)) throw new Refusal('REFUSED', `this end speaks 1; the far end speaks ${far.versions}`)
    if (!far.proof) throw new Refusal('REFUSED', 'this end holds a secret, and the far end does not')
    const role = this.#faults.has('proof') ? 'dialled' : 'accepted'
    this.#send('proof', bytes(1, mac(this.#secret, role, body, this.#hello)))
    this.#state = 'proving'
  }

  #proved(proof) {
    const ours = mac(this.#secret, 'dialled', this.dialled, this.#hello)
    const theirs = proof.bytes(1) ?? new Uint8Array()
    const right = theirs.length === ours.length && timingSafeEqual(ours, theirs)
    if (!right && !this.#faults.has('proof-check')) throw new Refusal('REFUSED', 'refused')
    const { serves, uses, validation } = this.far
    this.served = named(serves)
    this.used = named(uses)
    const differs = [this.served, this.used].some(
      one => one !== undefined && !Buffer.from(one.fingerprint).equals(fingerprint),
    )
    if (differs && validation !== OFF) {
      this.#send('descriptors', bytes(1, message(text(1, contract.name), bytes(2, descriptorSet))))
      this.#state = 'describing'
    } else this.#judge(validation === OFF ? 'UNVERIFIED' : 'IDENTICAL')
  }

  #described(descriptors) {
    const theirs = descriptors.messages(1).find(one => one.text(1) === contract.name)
    if (theirs === undefined) throw new Violation(`the descriptors of ${contract.name} are missing`)
    try {
      this.#judge(undefined, theirs.bytes(2) ?? new Uint8Array())
    } catch (error) {
      throw error instanceof Violation ? error : new Violation(`its descriptors make no sense: ${error.message}`)
    }
  }

  #judge(kind, set) {
    this.verdicts = [
      ...(this.used === undefined ? [] : judge(true, kind, set)),
      ...(this.served === undefined ? [] : judge(false, kind, set)),
    ]
    this.#send('verdicts', verdictsOf(this.verdicts))
    this.#state = 'agreeing'
  }

  #agreed(body) {
    const { serves, uses, validation, calls, frameBytes: farFrameBytes, heartbeatMs } = this.far
    const theirs = mismatchedIn(body)
    const mismatched = serving =>
      new Set([
        ...this.verdicts.filter(one => one.serving === serving && one.kind === 'MISMATCHED').map(one => one.name),
        ...(serving ? theirs.using : theirs.serving),
      ])
    const [served, used] = [mismatched(true), mismatched(false)]
    const unmet = uses.some(one => one.contract !== contract.name) || this.served === undefined
    if (validation === REQUIRE && (unmet || served.size > 0 || used.size > 0)) {
      throw new Refusal('SCHEMA', 'validation is required, and the contracts do not fit')
    }
    this.#state = 'session'
    clearTimeout(this.#late)
    if (heartbeatMs > 0) this.#beat(heartbeatMs)
    this.calls = new Calls({
      send: (kind, frameBody, call) => this.#send(kind, frameBody, call),
      full: () => this.#socket.writableNeedDrain,
      verdicts: this.verdicts,
      served,
      used,
      positions: serves.flatMap(one => one.methods.map(name => (one.contract === contract.name ? name : undefined))),
      most: openCalls,
      farCalls: calls,
      farFrameBytes,
      farMessageBytes: this.far.messageBytes,
      messageBytes,
      faults: this.#faults,
    })
  }

  #beat(everyMs) {
    this.#heartbeat = setInterval(() => {
      if (this.#silent) this.#send('ping', number(1, 0))
      this.#silent = true
    }, everyMs / 3)
  }
}
