import type { SubjectSpec } from '../../harness/figure.js'

/**
 * Node's channel between a parent and the child that it forked, with `serialization: 'advanced'`: structured clone.
 *
 * As with JSON there are messages in both directions and nothing else; bytes travel as they are.
 */
export const subject: SubjectSpec = {
  name: 'process.send advanced',
  scenarios: ['latency', 'pipelined', 'stream', 'bytes', 'big'],
}
