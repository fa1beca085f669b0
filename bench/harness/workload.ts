/** The typical small request: every subject carries this one. */
export interface Ask {
  readonly name: string
  /** int32 */
  readonly count: number
}

/** The typical small response, and the small item of a stream. */
export interface Answer {
  readonly text: string
  /** int32 */
  readonly total: number
}

/** The request that every client makes, the n-th time. */
export const askFor = (n: number): Ask => ({ name: 'sandwich with ham', count: n & 0xffff })

/** What every server answers. */
export const answerTo = (ask: Ask): Answer => ({ text: ask.name, total: ask.count + 1 })

/** The n-th item of every stream. */
export const itemAt = (n: number): Answer => ({ text: 'tick', total: n & 0x7fffffff })

/** The size of a chunk in the scenario `bytes`. */
export const chunkSize = 65_536

/** The size of a message in the scenario `big`. */
export const echoSize = 16 * chunkSize

/** What a client sends in the scenario `big`. */
export const echoMessage = new Uint8Array(echoSize).fill(7)

/** The size of a message in the scenario `fairness`. */
export const messageSize = 64 * chunkSize

/**
 * Whether an answer is the one to the n-th request. Every client asks this of every answer: a value that nobody looks at
 * need not be decoded, and the engine finds that out.
 */
export const isAnswer = (n: number, text: string, total: number): boolean =>
  total === (n & 0xffff) + 1 && text === 'sandwich with ham'

/** Whether an item is the n-th of its stream; every client asks this of every item. */
export const isItem = (n: number, text: string, total: number): boolean => total === (n & 0x7fffffff) && text === 'tick'
