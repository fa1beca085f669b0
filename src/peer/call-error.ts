import type { CallEnd } from '../call/call-errors.js'
import type { PipeError } from '../pipe/pipe-error.js'
import type { Refused } from '../session/refused.js'
import type { ProtocolViolation } from '../wire/protocol-violation.js'

/**
 * Everything that a call may fail with, told apart by `_tag`.
 *
 * @typeParam E - the failure that the method names
 */
export type CallError<E = never> = CallEnd<E> | Refused | ProtocolViolation | PipeError
