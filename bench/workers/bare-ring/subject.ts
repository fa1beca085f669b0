import type { SubjectSpec } from '../../harness/figure.js'

/** The floor's loop over two rings of shared memory: what a port would have to be left for. */
export const subject: SubjectSpec = { name: 'bare ring', scenarios: ['worker'] }
