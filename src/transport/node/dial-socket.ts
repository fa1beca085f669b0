import { Socket, type SocketConstructorOpts } from 'node:net'
import { Observable } from 'rxjs'
import { PipeError } from '../../pipe/pipe-error.js'
import type { Transport } from '../../pipe/pipe.js'
import type { ConnectionKey } from '../connection-key.js'
import { emitHeld, holdPipe, type PipeFacts } from '../hold-pipe.js'
import { LentReads } from './lent-reads.js'
import { socketCarrier } from './socket-carrier.js'
import { socketBuffer } from './socket-defaults.js'

/** How long to wait before asking a busy listener again, in milliseconds: twice as long each time, up to a limit. */
const busyFor = { first: 10, longest: 250 }

/** A unix socket whose queue of clients is full says EAGAIN; the others wait by themselves. */
const isBusy = ({ code }: NodeJS.ErrnoException): boolean => code === 'EAGAIN'

const refused = (url: string, cause: NodeJS.ErrnoException): PipeError => {
  const why = (text: string) => new PipeError('refused', text, { cause })
  switch (cause.code) {
    case 'ENOENT':
    case 'ECONNREFUSED':
      return why(`nobody listens at ${url}: start the server first, or take its newest key`)
    case 'EACCES':
    case 'EPERM':
      return why(`we may not connect to ${url}: run both programs as the same user, both elevated or neither`)
    default:
      return why(`could not connect to ${url} (${cause.message}): see that its server runs`)
  }
}

/** Limits of a dialler. */
export interface DialSocketOptions {
  /** How long connecting may take, in milliseconds. */
  readonly connectWithin: number
  /** How long an unsubscribed pipe may take to end in order, in milliseconds. */
  readonly closeWithin?: number | undefined
}

/** Dials a socket by path or by host and port; a new one with each subscription. */
export const dialSocket = (
  key: ConnectionKey,
  to: { readonly path: string } | { readonly host: string; readonly port: number },
  { connectWithin, closeWithin }: DialSocketOptions,
  end: PipeFacts['end'] = 'dialled',
): Transport =>
  new Observable(subscriber => {
    let again: NodeJS.Timeout | undefined
    let pause = busyFor.first
    let dropped = (): void => undefined

    const limit = setTimeout(
      () =>
        subscriber.error(
          new PipeError('refused', `${key.url} did not answer within ${connectWithin} ms: see that its server runs`),
        ),
      connectWithin,
    )

    const attempt = (): void => {
      const reads = new LentReads()
      const options: SocketConstructorOpts & { highWaterMark: number; onread: LentReads['onread'] } = {
        allowHalfOpen: true,
        highWaterMark: socketBuffer,
        onread: reads.onread,
      }
      const socket = new Socket(options)
      dropped = () => socket.destroy()
      const refuse = (error: NodeJS.ErrnoException): void => {
        if (!isBusy(error)) subscriber.error(refused(key.url, error))
        else {
          // many that wait ask less often, so that the listener gets round to letting them in
          again = setTimeout(attempt, pause)
          pause = Math.min(2 * pause, busyFor.longest)
        }
      }
      socket.once('error', refuse)
      socket.once('connect', () => {
        clearTimeout(limit)
        dropped = () => undefined
        socket.off('error', refuse)
        socket.setNoDelay(true)
        emitHeld(holdPipe(socketCarrier(socket, socket, reads), { end, secret: key.secret, closeWithin }), subscriber)
      })
      socket.pause()
      socket.connect(to)
    }
    attempt()

    return () => {
      clearTimeout(limit)
      clearTimeout(again)
      dropped()
    }
  })
