import type { SubjectSpec } from '../../harness/figure.js'

/**
 * birpc over a WebSocket, with JSON as its README has it.
 *
 * Has calls and events in both directions, typed at compile time. Has no streams (here each item is an event), no flow control, no
 * cancelling, no schema; bytes travel as base64.
 */
export const subject: SubjectSpec = {
  name: 'birpc',
  scenarios: ['latency', 'pipelined', 'stream', 'bytes', 'big'],
  needs: ['birpc', 'ws'],
}
