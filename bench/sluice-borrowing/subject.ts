import type { SubjectSpec } from '../harness/figure.js'

/** sluice, whose ends say that they keep no bytes beyond the moment that they are handed them, as who hashes or passes them on. */
export const subject: SubjectSpec = { name: 'sluice, borrowing', scenarios: ['bytes', 'big', 'fairness'] }
