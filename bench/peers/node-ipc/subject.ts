import type { SubjectSpec } from '../../harness/figure.js'

/**
 * node-ipc over a unix socket, in the last version that runs on Node 20.
 *
 * Has named events with JSON in both directions, and it connects again by itself. Has no calls (answers are told apart by numbers here), no
 * streams, no flow control, no schema; bytes travel as base64.
 */
export const subject: SubjectSpec = {
  name: 'node-ipc',
  scenarios: ['latency', 'pipelined', 'stream', 'bytes', 'big'],
  needs: ['node-ipc'],
}
