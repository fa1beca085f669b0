import type { SubjectSpec } from '../../harness/figure.js'

/**
 * birpc over a worker's port, as its README has it for a MessageChannel: values are cloned as the port does it.
 *
 * Has calls and events in both directions, typed at compile time. Has no streams (here each item is an event), no flow control, no
 * cancelling, no schema, no transfer of buffers.
 */
export const subject: SubjectSpec = { name: 'birpc', scenarios: ['worker'], needs: ['birpc'] }
