import { connect } from 'node:net'
import { clientOf, type FloorClient } from './client-of.js'

/** Connects to a server of the floor by its socket's path. */
export const dial = (path: string): Promise<FloorClient> =>
  new Promise((resolve, reject) => {
    const buffer = Buffer.allocUnsafeSlow(65_536)
    const socket = connect({
      path,
      onread: {
        buffer,
        callback: size => {
          floor.push(buffer.subarray(0, size))
          return true
        },
      },
    })
    const floor = clientOf(socket, () => socket.destroy())
    socket.on('error', reject)
    socket.on('connect', () => resolve(floor))
  })
