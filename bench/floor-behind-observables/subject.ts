import type { SubjectSpec } from '../harness/figure.js'

/** The floor, whose client has each call and each stream as an Observable, with the operators of sluice's client around it. */
export const subject: SubjectSpec = { name: 'floor behind Observables', scenarios: ['pipelined', 'stream', 'scale'] }
