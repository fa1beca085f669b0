import type { Answer, Ask } from '../../harness/workload.js'

/** What the thread says to its worker. */
export type Said =
  | { readonly kind: 'call'; readonly id: number; readonly ask: Ask }
  | { readonly kind: 'items' | 'chunks'; readonly count: number }
  | { readonly kind: 'echo'; readonly bytes: Uint8Array }
  | { readonly kind: 'more' }

/** What the worker says. */
export type Answered =
  | { readonly kind: 'answer'; readonly id: number; readonly answer: Answer }
  | { readonly kind: 'item'; readonly item: Answer }
  | { readonly kind: 'chunk' | 'echo'; readonly bytes: Uint8Array }
  | { readonly kind: 'end' }

/** Items of a stream that may lie in the port, and chunks. */
export const window = { items: 1_024, chunks: 32 } as const
