import { TaggedError } from '../error/tagged-error.js'

/** The far end broke the rules of the wire (proto/README.md), and was cut off. */
export class ProtocolViolation extends TaggedError<'ProtocolViolation'> {
  /** @param rule - which rule, and what was seen instead */
  constructor(rule: string, options?: ErrorOptions) {
    super('ProtocolViolation', `${rule}: the far end speaks another protocol, another version, or has a bug`, options)
  }
}
