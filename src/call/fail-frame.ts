import type { BufferLimit } from '../flow/bounded-buffer.js'
import type { InvalidValue } from '../schema/invalid-value.js'
import type { Fail, FailCode } from '../wire/frame.js'
import {
  Defect,
  Failure,
  GoingAway,
  InvalidPayload,
  NoReply,
  Overflow,
  Overloaded,
  SchemaMismatch,
  Timeout,
  TooLarge,
  Unimplemented,
} from './call-errors.js'
import { cutText } from './cut-text.js'
import type { Line } from './line.js'
import type { CallingEnd, ServingEnd } from './method-end.js'
import { thrownOf } from './thrown.js'

const hasTag = (error: unknown, tag: string): error is Error & { readonly _tag: string } =>
  error instanceof Error && (error as { readonly _tag?: unknown })._tag === tag

/** The message of an error, whatever was thrown. */
export const messageOf = (error: unknown): string => thrownOf(error).message

/** What an encoder or decoder threw about a value, as an error of its method. */
export const invalidPayload = (method: string, where: 'ours' | 'theirs', error: unknown): InvalidPayload => {
  const errors = hasTag(error, 'InvalidValue') ? (error as unknown as InvalidValue).errors : []
  return new InvalidPayload(method, where, errors, messageOf(error), { cause: error })
}

/** What to say of an error that the contract does not name. */
export const defectOf = (error: unknown, stacks: boolean): Pick<Fail, 'name' | 'message' | 'stack'> => {
  const { name, message, stack } = thrownOf(error)
  return { name, message, ...(stacks && stack !== undefined ? { stack } : {}) }
}

/** The same of what a handler threw: of data it says why it is no failure of the method's. */
const handlersDefect = (
  { name, encodeFailure }: ServingEnd,
  error: unknown,
  stacks: boolean,
): ReturnType<typeof defectOf> => {
  const defect = defectOf(error, stacks)
  if (!thrownOf(error).isData) return defect
  const why =
    encodeFailure === undefined
      ? `which is no error, and ${name} names no failure: give it one with { failure }`
      : `which does not fit the failure codec of ${name}`
  return { ...defect, message: `${defect.message}, ${why}` }
}

/** A failure that a handler raised as sluice's own class counts as the value in it. */
const raised = (error: unknown): unknown =>
  hasTag(error, 'Failure') ? (error as unknown as { readonly failure: unknown }).failure : error

/**
 * Puts a handler's error into a frame: the method's own failure as its codec has it, anything else as a defect.
 *
 * @throws TooLarge when a failure is longer than the far end's frames, for it travels in one
 */
export const failFrame = (id: number, method: ServingEnd, error: unknown, line: Line): Fail => {
  const failure = raised(error)
  if (method.encodeFailure === undefined || !method.isFailure(failure))
    return { _tag: 'Fail', id, code: 'DEFECT', ...handlersDefect(method, error, line.stacks) }
  let payload: Uint8Array
  try {
    payload = line.write(method.encodeFailure, failure)
  } catch (unencodable) {
    return { _tag: 'Fail', id, code: 'DEFECT', ...defectOf(unencodable, line.stacks) }
  }
  if (payload.length > line.frameBytes) throw new TooLarge(method.name, payload.length, line.frameBytes)
  return { _tag: 'Fail', id, code: 'FAILURE', message: '', failure: payload }
}

/** Texts of a failure are for people, who read no more than that; in bytes. */
const mostOfName = 256
const mostOfText = 32 * 1024

/**
 * The frame with its texts cut to what a person reads and the far end takes in: a failure of one call is not to cut off the
 * connection.
 *
 * @param frameBytes - what the far end takes in
 */
export const fittedFail = (frame: Fail, frameBytes: number): Fail => {
  const { message, name, stack } = frame
  return {
    ...frame,
    message: cutText(message, Math.min(mostOfText, frameBytes >> 1)),
    ...(name === undefined ? {} : { name: cutText(name, Math.min(mostOfName, frameBytes >> 3)) }),
    ...(stack === undefined ? {} : { stack: cutText(stack, Math.min(mostOfText, frameBytes >> 2)) }),
  }
}

/** What a frame says of a buffer that ran over. */
export const limitText = ({ limit, unit }: BufferLimit): string => (unit === 'items' ? String(limit) : `${limit} bytes`)

/** A failure that this end's own layers found. */
export const statusFrame = (id: number, code: FailCode, message = ''): Fail => ({ _tag: 'Fail', id, code, message })

/**
 * Takes a far end's failure out of its frame.
 *
 * @param decode - reads the failure's payload
 * @param afterMs - how long the call was given, for a `Timeout`
 */
export const failureOf = (
  method: CallingEnd,
  frame: Fail,
  decode: (payload: Uint8Array) => unknown,
  afterMs: number,
): Error => {
  const { name } = method
  switch (frame.code) {
    case 'FAILURE':
      if (method.decodeFailure === undefined || frame.failure === undefined) break
      return new Failure(name, decode(frame.failure))
    case 'UNIMPLEMENTED':
      return new Unimplemented(name)
    case 'NO_REPLY':
      return new NoReply(name)
    case 'TIMEOUT':
      return new Timeout(name, afterMs)
    case 'INVALID_PAYLOAD':
      return new InvalidPayload(name, 'ours', [], `the far end found: ${frame.message}`)
    case 'SCHEMA_MISMATCH':
      return new SchemaMismatch(name, [{ path: '', ours: 'see schema$', theirs: 'see schema$', why: frame.message }])
    case 'OVERFLOW':
      return new Overflow(name, parseInt(frame.message) || 0, frame.message.endsWith('bytes') ? 'bytes' : 'items')
    case 'OVERLOADED':
      return new Overloaded(name, Number(frame.message) || 0)
    case 'TOO_LARGE':
      return new TooLarge(name, 0, Number(frame.message) || 0)
    case 'GOING_AWAY':
      return new GoingAway(name)
    case 'DEFECT':
      break
    default:
      frame.code satisfies never
  }
  const { message, stack } = frame
  return new Defect(name, { name: frame.name ?? frame.code, message, ...(stack === undefined ? {} : { stack }) })
}
