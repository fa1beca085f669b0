import type { SubjectSpec } from '../harness/figure.js'

/** sluice where the far end need not wait for credit: what credit costs is the difference. */
export const subject: SubjectSpec = { name: 'sluice, greatest credit', scenarios: ['stream', 'bytes'] }
