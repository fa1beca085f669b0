/** What the runner says to a server or a client over the fork channel. */
export type Order =
  | { readonly _tag: 'Cpu' }
  | { readonly _tag: 'Heap' }
  | { readonly _tag: 'Prepare'; readonly operation: Operation; readonly durationMs: number }
  | { readonly _tag: 'Run'; readonly operation: Operation; readonly count: number }
  | { readonly _tag: 'Stop' }

/** What is to be measured. */
export type Operation =
  | { readonly _tag: 'latency' }
  | { readonly _tag: 'calls'; readonly inFlight: number }
  | { readonly _tag: 'stream' }
  | { readonly _tag: 'bytes' }
  | { readonly _tag: 'big' }
  | { readonly _tag: 'fairness' }
  /** Calls by that many clients of one process, so many in flight for each. */
  | { readonly _tag: 'clients'; readonly clients: number; readonly inFlight: number }
  /** Items of that many streams at once; the count is of all of them together. */
  | { readonly _tag: 'streams'; readonly streams: number }
  /** So many streams of one item, that many at once. */
  | { readonly _tag: 'brief streams'; readonly streams: number }
  /** Opens streams that give nothing, and leaves them open; the count is how many. */
  | { readonly _tag: 'idle streams' }

/** What a server or a client answers. */
export type Report =
  | { readonly _tag: 'Ready'; readonly address: string }
  | { readonly _tag: 'Cpu'; readonly us: number }
  | { readonly _tag: 'Heap'; readonly heap: number; readonly buffers: number }
  | { readonly _tag: 'Prepared'; readonly count: number }
  | Measured
  | { readonly _tag: 'Failed'; readonly message: string }

/** One run, as the client saw it. */
export interface Measured {
  readonly _tag: 'Measured'
  readonly count: number
  readonly elapsedMs: number
  /** Processor time of the client. */
  readonly cpuUs: number
  /** That of the server, where there is a process of its own. */
  readonly servingCpuUs?: number
  /** Of single calls, in microseconds; for `latency` and `fairness` only. */
  readonly p50?: number
  readonly p99?: number
}
