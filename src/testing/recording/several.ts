/** Several items that came at once: one letter of a diagram. */
export class Several {
  constructor(readonly items: readonly unknown[]) {}

  /** The items of a letter: itself, unless it stands for several. */
  static of(value: unknown): readonly unknown[] {
    return value instanceof Several ? value.items : [value]
  }
}

/**
 * Several items that came at once, for one letter of a diagram of {@link conversation}.
 *
 * @example
 * ```ts
 * { method: 'ticks', at: 0, input: 3, outputs: '5ms (a|)', values: { a: several(0, 1, 2) } }
 * ```
 */
export const several = (...items: readonly unknown[]): Several => new Several(items)
