import type { Answer, Ask } from '../../harness/workload.js'

/** What the worker offers. */
export interface Far {
  call(ask: Ask): Answer
  items(count: number, take: (item: Answer) => unknown): Promise<void>
  chunks(count: number, take: (chunk: Uint8Array) => unknown): Promise<void>
  echo(message: Uint8Array): Uint8Array
}
