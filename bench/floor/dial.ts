import { connect } from 'node:net'
import type { BenchClient } from '../harness/client.js'
import { clientOf } from './client-of.js'

/** Connects to a server of the floor by its socket's path. */
export const dial = (path: string): Promise<BenchClient> =>
  new Promise((resolve, reject) => {
    const buffer = Buffer.allocUnsafeSlow(65_536)
    const socket = connect({
      path,
      onread: {
        buffer,
        callback: size => {
          push(buffer.subarray(0, size))
          return true
        },
      },
    })
    const { client, push } = clientOf(socket, () => socket.destroy())
    socket.on('error', reject)
    socket.on('connect', () => resolve(client))
  })
