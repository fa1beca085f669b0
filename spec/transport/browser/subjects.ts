import type { Capability } from 'sluice/testing'

/** What the transports of a browser are able to do, by the names under which the page `host.ts` has them. */
export const capabilities = {
  Worker: ['exit', 'kill', 'reports death', 'restart'],
  SharedWorker: ['many clients', 'reconnect', 'exit', 'reports death', 'restart'],
  iframe: ['many clients', 'reconnect', 'exit', 'kill', 'reports death'],
  'iframe of another origin': ['many clients', 'reconnect', 'exit', 'kill', 'reports death'],
  WebSocket: ['many clients', 'reconnect'],
} as const satisfies Readonly<Record<string, readonly Capability[]>>

/** The name of a transport. */
export type SubjectName = keyof typeof capabilities

/** Those that carry bytes between two programs of which either can tell the other aside. */
export const rigNames = ['Worker', 'SharedWorker', 'iframe', 'WebSocket'] as const satisfies readonly SubjectName[]
