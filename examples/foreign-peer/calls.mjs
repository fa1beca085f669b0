/**
 * The calls of one session, both those of the far end and this end's own: proto/README.md, "Calls".
 */
import { Call, most, none } from './call.mjs'
import { contract, decode, encode, ownNumbers } from './contract.mjs'
import { Violation, codes, credit } from './frames.mjs'
import { methods } from './methods.mjs'
import { Malformed, Message, bytes, message, number, text } from './protobuf.mjs'

/** True where the caller sends items, */
const uploads = kind => kind === 'upload' || kind === 'channel'
/** and where the server does. */
const flows = kind => kind === 'stream' || kind === 'channel'

export class Calls {
  open = new Map()
  #lastOfFar = -1
  #lastOfOurs = 0

  constructor(link) {
    this.link = link
    /** What this session was told by events, and which calls were given up. */
    this.notes = []
  }

  end() {
    for (const call of [...this.open.values()]) call.end()
  }

  receive(kind, body, id) {
    if (kind === 'open') return this.#opened(new Message(body), id)
    const call = this.open.get(id)
    if (call === undefined) {
      const known = id % 2 === 0 ? id <= this.#lastOfOurs : id <= this.#lastOfFar
      if (this.link.faults.has('late') || (!known && !this.link.faults.has('ids')))
        throw new Violation(`call ${id} was never opened`)
      return undefined
    }
    return id % 2 === 0 ? this.#fromServer(call, kind, body) : this.#fromCaller(call, kind, body)
  }

  #opened(open, id) {
    if (!this.link.faults.has('ids')) {
      if (id % 2 === 0) throw new Violation(`call ${id} has an id of this end`)
      if (id <= this.#lastOfFar) throw new Violation(`call ${id} is not above ${this.#lastOfFar}`)
    }
    this.#lastOfFar = Math.max(id, this.#lastOfFar)
    const method = contract.methods[open.uint(1) ?? 0]
    const judged = this.link.verdicts.find(one => one.serving && one.name === method?.name)
    const numbers = this.link.faults.has('numbers') ? ownNumbers(method.input) : judged?.numbers.input
    const call = new Call(this, id, method, numbers)
    const handler = method === undefined ? undefined : methods[method.name]
    if (handler === undefined) return call.fail('UNIMPLEMENTED')
    if (this.link.served.has(method.name))
      return call.fail('SCHEMA_MISMATCH', { message: `${method.name} does not fit` })
    const more = open.bool(6)
    if (method.kind !== 'event' || more) {
      if (this.#openOf(1) >= this.link.most && !this.link.faults.has('limit'))
        throw new Violation('too many calls are open')
      this.open.set(id, call)
    }
    return this.#begin(call, open, handler)
  }

  /** How many calls are open: 1, of the far end; 0, of this one. */
  #openOf(parity) {
    return [...this.open.keys()].filter(id => id % 2 === parity).length
  }

  #begin(call, open, handler) {
    const { kind, input } = call.method
    call.timeoutMs = open.uint(3)
    call.metadata = new Map(open.messages(4).map(one => [one.text(1) ?? '', one.text(2) ?? '']))
    if (call.timeoutMs !== undefined && kind !== 'event' && !this.link.faults.has('deadline')) {
      if (call.timeoutMs === 0) return call.fail('TIMEOUT')
      call.deadline = setTimeout(() => call.fail('TIMEOUT'), Math.min(call.timeoutMs, most))
    }
    const initial = open.bytes(2)
    if (initial !== undefined && flows(kind)) call.toSend.add(initial)
    const request = open.bytes(5) ?? none
    const take = payload => {
      const value = this.#decoded(call, input, payload)
      return value === undefined ? undefined : handler(call, value)
    }
    if (open.bool(6)) {
      if (uploads(kind) || request.length > 0) throw new Violation('no request can follow in parts')
      call.onRequest = take
      return undefined
    }
    return uploads(kind) ? handler(call) : take(request)
  }

  /** A frame of a caller whose request is still coming. @returns whether it was one */
  #arriving(call, kind, body) {
    const { onRequest } = call
    if (onRequest === undefined || kind === 'cancel' || kind === 'fail') return false
    if (kind === 'fragment') {
      if (call.part(body)) this.#tooLarge(call)
    } else if (kind === 'next') {
      call.onRequest = undefined
      if (call.method.kind === 'event') call.end()
      onRequest(call.whole(body))
    } else throw new Violation(`a ${kind} in the middle of a request`)
    return true
  }

  #decoded(call, name, payload) {
    try {
      return decode(name, call.farNumbers, payload)
    } catch (error) {
      if (!(error instanceof Malformed)) throw error
      call.fail('INVALID_PAYLOAD', { message: error.message })
      return undefined
    }
  }

  /** A frame of the caller, where this end serves. */
  #fromCaller(call, kind, body) {
    if (this.#arriving(call, kind, body)) return
    const { kind: shape, input, name } = call.method
    if (kind === 'cancel' || kind === 'fail') {
      this.notes.push(`${kind === 'cancel' ? 'cancelled' : 'failed'} ${name}`)
      if (!(kind === 'cancel' && this.link.faults.has('cancel'))) call.end()
    } else if (kind === 'credit' && flows(shape)) {
      call.toSend.add(body)
      call.onCredit?.()
    } else if (kind === 'fragment' && uploads(shape) && !call.farIsDone) this.#part(call, body)
    else if (kind === 'next' && uploads(shape) && !call.farIsDone) {
      this.#count(call, body)
      const item = this.#decoded(call, input, call.whole(body))
      if (item !== undefined) call.onItem?.(item, body.length)
    } else if (kind === 'complete' && uploads(shape) && !call.farIsDone && !call.amidst) {
      call.farIsDone = true
      call.onItemsOver?.()
    } else throw new Violation(`a ${kind} has no place in a ${shape}`)
  }

  /** A part of an item: it needs credit, and takes bytes of it; they are granted again, or it could not be longer than that. */
  #part(call, body) {
    this.#check(call)
    call.toReceive.bytes -= body.length
    if (call.part(body)) this.#tooLarge(call)
    else call.grant(0, body.length)
  }

  #tooLarge(call) {
    if (call.id % 2 === 1) return call.fail('TOO_LARGE', { message: String(this.link.messageBytes) })
    call.finish('cancel')
    return call.onFail?.('TOO_LARGE')
  }

  #count(call, body) {
    this.#check(call)
    call.toReceive.take(body.length)
  }

  #check(call) {
    if (!call.toReceive.open && !this.link.faults.has('credit-check')) throw new Violation('an item without credit')
  }

  /** A frame of the server, where this end calls. */
  #fromServer(call, kind, body) {
    const { kind: shape } = call.method
    if (kind === 'fail') {
      call.end()
      this.#failed(call, new Message(body))
    } else if (kind === 'fragment') {
      if (flows(shape)) this.#part(call, body)
      else if (call.part(body)) this.#tooLarge(call)
    } else if (kind === 'reply' && !flows(shape)) {
      call.end()
      this.#answered(call, call.whole(body), call.onReply)
    } else if (kind === 'next' && flows(shape)) {
      this.#count(call, body)
      this.#answered(call, call.whole(body), call.onItem)
    } else if (kind === 'complete' && flows(shape) && !call.amidst) {
      call.end()
      call.onComplete?.()
    } else if (kind === 'credit' && uploads(shape)) {
      call.toSend.add(body)
      call.onCredit?.()
    } else throw new Violation(`a ${kind} has no place in a ${shape}`)
  }

  #answered(call, payload, take) {
    let value
    try {
      value = decode(call.method.output, call.farNumbers.output, payload)
    } catch (error) {
      if (!(error instanceof Malformed)) throw error
      if (!call.over) call.finish('cancel')
      call.onFail?.('INVALID_PAYLOAD')
      return
    }
    take?.(value)
  }

  #failed(call, fail) {
    const code = codes[fail.uint(1) ?? 0] ?? 'DEFECT'
    const payload = fail.bytes(5)
    if (code !== 'FAILURE') return call.onFail?.(code === 'UNSPECIFIED' ? 'DEFECT' : code)
    const { failure } = call.method
    if (payload === undefined || failure === undefined) return call.onFail?.('DEFECT')
    return call.onFail?.('FAILURE', decode(failure, call.farNumbers.failure, payload))
  }

  /**
   * Calls a method of the far end's; undefined if that is not to be.
   *
   * @param begin - sets what is to happen, before anything is sent: `onReply`, `onItem` and so on
   */
  call(name, value, { items, size, timeoutMs }, begin) {
    const position = this.link.positions.indexOf(name)
    if (position === -1 || this.link.used.has(name) || this.#openOf(0) >= this.link.farCalls) return undefined
    const method = contract.methods.find(one => one.name === name)
    const { numbers } = this.link.verdicts.find(one => !one.serving && one.name === name)
    this.#lastOfOurs += 2
    const call = new Call(this, this.#lastOfOurs, method, numbers)
    this.open.set(call.id, call)
    begin(call)
    const grant = items === undefined ? undefined : credit(items, size)
    if (grant !== undefined) call.toReceive.add(grant)
    call.send(
      'open',
      message(
        number(1, position),
        grant === undefined ? undefined : bytes(2, grant),
        timeoutMs === undefined ? undefined : number(3, timeoutMs),
        ...Object.entries({ from: 'foreign-peer' }).map(([key, one]) => bytes(4, message(text(1, key), text(2, one)))),
        value === undefined ? undefined : bytes(5, encode(method.input, value)),
      ),
    )
    if (timeoutMs !== undefined) {
      call.deadline = setTimeout(() => {
        call.finish('cancel')
        call.onFail?.('TIMEOUT')
      }, timeoutMs)
    }
    return call
  }
}
