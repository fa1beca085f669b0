/** What the runner says to a server or a client over the fork channel. */
export type Order =
  | { readonly _tag: 'Cpu' }
  | { readonly _tag: 'Prepare'; readonly operation: Operation; readonly durationMs: number }
  | { readonly _tag: 'Run'; readonly operation: Operation; readonly count: number }
  | { readonly _tag: 'Stop' }

/** What is to be measured. */
export type Operation =
  | { readonly _tag: 'latency' }
  | { readonly _tag: 'calls'; readonly inFlight: number }
  | { readonly _tag: 'stream' }
  | { readonly _tag: 'bytes' }
  | { readonly _tag: 'fairness' }

/** What a server or a client answers. */
export type Report =
  | { readonly _tag: 'Ready'; readonly address: string }
  | { readonly _tag: 'Cpu'; readonly us: number }
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
  /** Of single calls, in microseconds; for `latency` only. */
  readonly p50?: number
  readonly p99?: number
}
