import type { SubjectSpec } from '../../harness/figure.js'

/**
 * JSON-RPC as language servers speak it, over a unix socket.
 *
 * Has requests and notifications in both directions, cancelling, and progress reports, which are the nearest thing to a stream. Has no
 * schema, no flow control and no bytes: those travel as base64.
 */
export const subject: SubjectSpec = {
  name: 'vscode-jsonrpc',
  scenarios: ['latency', 'pipelined', 'stream', 'bytes', 'big'],
  needs: ['vscode-jsonrpc'],
}
