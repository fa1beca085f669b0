import type { SubjectSpec } from '../../harness/figure.js'

/**
 * RSocket over a unix socket, with JSON as payload: rsocket-js 1.0, whose latest version is an alpha.
 *
 * Has requests, streams and channels with credit by item, cancelling, fragmentation. Has no schema, no credit by bytes, and its requester
 * says nothing of a full socket.
 */
export const subject: SubjectSpec = {
  name: 'RSocket',
  scenarios: ['latency', 'pipelined', 'stream', 'bytes', 'big'],
  needs: ['rsocket-core', 'rsocket-tcp-client', 'rsocket-tcp-server'],
}
