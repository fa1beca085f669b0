import type { SubjectSpec } from '../harness/figure.js'

/** What a loop written by hand reaches: sockets, callbacks, and nothing that this payload does not need. */
export const subject: SubjectSpec = {
  name: 'floor',
  scenarios: ['latency', 'pipelined', 'stream', 'bytes', 'big', 'fairness', 'scale'],
}
