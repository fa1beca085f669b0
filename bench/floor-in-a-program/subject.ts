import type { SubjectSpec } from '../harness/figure.js'

/** The floor, in processes that hold what sluice's processes hold: the engine collects more often there. */
export const subject: SubjectSpec = { name: 'floor in a program', scenarios: ['bytes', 'big'] }
