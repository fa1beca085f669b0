import type { SubjectSpec } from '../harness/figure.js'

/**
 * A loop that splits and puts together as anybody would write it: `data` events, a copy of what the application hands over,
 * parts of 64 KiB that wait for `drain`, and one `Buffer.concat` at the end. No contract, no credit, no cancelling.
 *
 * It loads the modules that sluice's subject loads, and uses none. With a heap of 4 MB instead of 10 the engine comes to
 * other conclusions about buffers: the same loop is then nearly three times as fast, which says nothing about loops.
 */
export const subject: SubjectSpec = { name: 'bare fragments', scenarios: ['fairness'] }
