import type { SubjectSpec } from '../../harness/figure.js'

/**
 * Node's channel between a parent and the child that it forked, with JSON, which is what it uses unless told otherwise.
 *
 * Has messages in both directions. Has no calls (answers are told apart by numbers here), no streams, no flow control beyond a word
 * when a message has left, no schema; bytes travel as base64.
 */
export const subject: SubjectSpec = {
  name: 'process.send JSON',
  scenarios: ['latency', 'pipelined', 'stream', 'bytes', 'big'],
}
