import { listenAt } from '../harness/listen-at.js'
import type { Serving } from '../harness/server.js'
import { serve } from './serve.js'

/** Serves at a socket's path. */
export const listen = (path: string): Promise<Serving> =>
  listenAt(path, socket => {
    socket.on('data', serve(socket))
    socket.on('error', () => socket.destroy())
  })
