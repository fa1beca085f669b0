import type { Pipe } from '../pipe/pipe.js'
import { helloOf } from '../session/hello-of.js'
import { describeFor, judge, verdictsOf } from '../session/judge.js'
import type { SessionOptions } from '../session/session-options.js'
import type { Allowance, Descriptors, Frame, Verdicts } from '../wire/frame.js'
import type { FrameFields } from './expect-frames.js'
import { openFrame } from './open-frame.js'
import type { Talk } from './talk.js'

/**
 * What a letter of a script stands for: fields of its frame, of which those that are missing are filled in. `value` is encoded by the
 * contract's codecs, `method` may be a name. A letter that is none of the alphabet says its `_tag`; bytes are said as they are.
 */
export type SaidFrame = FrameFields | Uint8Array

/** What a script knows when it says something. */
export interface Saying {
  readonly end: Pipe['end']
  readonly talk: Talk
  readonly session: SessionOptions
  /** The call that was opened last, by either end. */
  readonly call: number
  /** The id of the next call that this end opens. */
  readonly nextCall: number
  /** The token of the far end's last `Ping`. */
  readonly token: number
  /** How many call frames have been heard. */
  readonly position: number
  /** The descriptors that the far end has sent. */
  readonly descriptors: Descriptors | undefined
}

/** As much as a consumer of this version gives at first. */
const credit: Allowance = { items: 256, bytes: 1024 * 1024 }
const nothing = new Uint8Array(0)

const theirHello = ({ talk, end }: Saying) => talk.hello(end === 'dialled' ? 'accepted' : 'dialled')

const verdicts = (saying: Saying): Verdicts => {
  const theirs = theirHello(saying)
  try {
    if (theirs !== undefined) return verdictsOf(judge(saying.session)(theirs, saying.descriptors))
  } catch {
    // whatever is wrong with the far end's descriptors is not for a script to say
  }
  return { _tag: 'Verdicts', methods: [] }
}

/** A frame with nothing said of it: what an end that keeps the rules would say. */
const plain = (tag: Frame['_tag'], saying: Saying): Frame => {
  const id = saying.call
  switch (tag) {
    case 'Hello':
      return helloOf(saying.session, undefined)
    case 'Proof':
      return { _tag: tag, mac: nothing, resume: undefined }
    case 'Descriptors': {
      const theirs = theirHello(saying)
      return (theirs && describeFor(saying.session)(theirs)) ?? { _tag: tag, contracts: [] }
    }
    case 'Verdicts':
      return verdicts(saying)
    case 'Ping':
      return { _tag: tag, token: 1 }
    case 'Pong':
      return { _tag: tag, token: saying.token }
    case 'Ack':
      return { _tag: tag, position: saying.position }
    case 'Goodbye':
      return { _tag: tag, reason: 'DONE', message: '' }
    case 'Open':
      return openFrame(saying.nextCall, 0)
    case 'Next':
    case 'Reply':
    case 'Fragment':
      return { _tag: tag, id, payload: nothing }
    case 'Complete':
    case 'Cancel':
      return { _tag: tag, id }
    case 'Fail':
      return { _tag: tag, id, code: 'DEFECT', message: '' }
    case 'Credit':
      return { _tag: tag, id, ...credit }
    default:
      return tag satisfies never
  }
}

const unknown = (what: string): never => {
  throw new Error(`${what}: give the script the contract, as serves or uses, or say payload instead of value`)
}

/** Fills in what is not said of a frame, and encodes its value. */
export const frameToSay = (tag: Frame['_tag'], fields: FrameFields, saying: Saying): Frame => {
  const { value, method, _tag: _, ...rest } = fields
  const { talk, end } = saying
  const frame = { ...plain(tag, saying), ...rest } as Frame
  if (frame._tag === 'Open') {
    const number = typeof method === 'string' ? talk.numberOf(method, end) : (method ?? frame.method)
    if (number === undefined) return unknown(`the far end does not serve ${method}`)
    const many = { credit: frame.credit ?? ('credit' in fields ? undefined : credit) }
    const opened = { ...frame, method: number, ...(talk.answersMany(number, end) ? many : {}) }
    if (!('value' in fields)) return opened
    return {
      ...opened,
      payload: talk.encodeRequest(value, end, number) ?? unknown(`no codec is known of method ${number}`),
    }
  }
  if (!('value' in fields)) return frame
  if (!('id' in frame)) return unknown(`a ${tag} carries no value`)
  const isFailure = frame._tag === 'Fail'
  const payload = talk.encode(value, end, frame.id, isFailure) ?? unknown(`no codec is known of call ${frame.id}`)
  return (isFailure ? { ...frame, code: 'FAILURE', failure: payload } : { ...frame, payload }) as Frame
}
