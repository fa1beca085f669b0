/** How deep messages may lie in each other, in both directions; protobuf's own usual limit. */
export const maxDepth = 100

/**
 * What the fast paths throw: that something does not fit, and nothing else.
 *
 * Thrown once it is known that the value is refused; what exactly is wrong is looked for afterwards, see {@link explain}.
 */
export class Mismatch {
  /** @param why - where no codec says it: too deep, no message */
  constructor(readonly why?: string) {}
}

/** The value does not fit its codec. */
export const mismatch = new Mismatch()

/** Messages lie too deep in each other. */
export const tooDeep = new Mismatch(
  `deeper than ${maxDepth} messages: keep recursive values flatter, or send them in parts`,
)
