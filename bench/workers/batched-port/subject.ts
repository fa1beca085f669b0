import type { SubjectSpec } from '../../harness/figure.js'

/** The floor's loop over a worker's port: what leaves together is one message. */
export const subject: SubjectSpec = { name: 'batched port', scenarios: ['worker'] }
