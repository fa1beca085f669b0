import { ProgressType, RequestType } from 'vscode-jsonrpc/node'
import type { Answer, Ask } from '../../harness/workload.js'

/** How many values to send as progress, and under which token. */
export interface Wanted {
  readonly count: number
  readonly token: number
}

export const Call = new RequestType<Ask, Answer, never>('call')
export const Echo = new RequestType<{ readonly data: string }, { readonly data: string }, never>('echo')
export const Items = new RequestType<Wanted, void, never>('items')
export const Chunks = new RequestType<Wanted, void, never>('chunks')
export const Item = new ProgressType<Answer>()
export const Chunk = new ProgressType<string>()
