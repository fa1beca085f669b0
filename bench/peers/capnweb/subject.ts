import type { SubjectSpec } from '../../harness/figure.js'

/**
 * Cap'n Web over a WebSocket on the loopback.
 *
 * Has calls in both directions, functions and objects by reference, pipelining of promises, and streams with flow control. Has no
 * run-time schema unless one is built in, and no cancelling of a call; it writes JSON, and bytes as base64 in it.
 */
export const subject: SubjectSpec = {
  name: 'capnweb',
  scenarios: ['latency', 'pipelined', 'stream', 'bytes', 'big'],
  needs: ['capnweb', 'ws'],
}
