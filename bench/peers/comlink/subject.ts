import type { SubjectSpec } from '../../harness/figure.js'

/**
 * Comlink between a thread and its worker.
 *
 * Has calls by proxy, callbacks, transfer of buffers. Has no streams (here each item is a call of a callback, a handful under way
 * at once), no flow control, no cancelling, no schema, and it does not reach other processes.
 */
export const subject: SubjectSpec = { name: 'Comlink', scenarios: ['worker'], needs: ['comlink'] }
