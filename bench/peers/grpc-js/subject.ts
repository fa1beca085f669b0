import type { SubjectSpec } from '../../harness/figure.js'

/**
 * gRPC in JavaScript, over HTTP/2 on a unix socket, its messages from a .proto file that is read at start.
 *
 * Has unary calls and streams in either direction, deadlines, cancelling, flow control by HTTP/2's windows, typed messages. Has no
 * way to send a large payload in parts, nor to go on after a broken connection; the far end cannot call back.
 */
export const subject: SubjectSpec = {
  name: 'grpc-js',
  scenarios: ['latency', 'pipelined', 'stream', 'bytes', 'big'],
  needs: ['@grpc/grpc-js', '@grpc/proto-loader'],
}
