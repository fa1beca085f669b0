import type { SubjectSpec } from '../../harness/figure.js'

/**
 * tRPC over a WebSocket on the loopback, its inputs checked by zod.
 *
 * Has queries, mutations and subscriptions, typed at compile time, and it connects again by itself. Only the client calls. Has no flow
 * control; outputs are not checked unless told; bytes travel as base64.
 */
export const subject: SubjectSpec = {
  name: 'tRPC',
  scenarios: ['latency', 'pipelined', 'stream', 'bytes', 'big'],
  needs: ['@trpc/client', '@trpc/server', 'ws', 'zod'],
}
