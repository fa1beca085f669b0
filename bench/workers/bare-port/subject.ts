import type { SubjectSpec } from '../../harness/figure.js'

/**
 * A loop by hand over a worker's port: an object a message, numbers to tell answers apart, buffers transferred.
 *
 * This is what `worker` has for a floor. It has no schema, no cancelling, and the barest credit: a stream goes on when the
 * consumer has said that it took the last lot.
 */
export const subject: SubjectSpec = { name: 'bare port', scenarios: ['worker'] }
