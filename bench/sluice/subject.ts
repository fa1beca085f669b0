import type { SubjectSpec } from '../harness/figure.js'

/** sluice as its README has it: contracts, credit, validation and Observables. */
export const subject: SubjectSpec = {
  name: 'sluice',
  scenarios: ['latency', 'pipelined', 'stream', 'bytes', 'big', 'fairness', 'scale'],
}
