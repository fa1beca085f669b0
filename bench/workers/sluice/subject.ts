import type { SubjectSpec } from '../../harness/figure.js'

/** sluice between a thread and its worker, as its README has it. */
export const subject: SubjectSpec = { name: 'sluice', scenarios: ['worker'] }
