import { randomBytes } from 'node:crypto'
import { chmodSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { Observable, type Subscriber } from 'rxjs'
import { PipeError } from '../../pipe/pipe-error.js'
import { type Address, ConnectionKey } from '../connection-key.js'
import type { Door } from '../door.js'
import { holdPipe } from '../hold-pipe.js'
import { waitingRoom } from '../waiting-room.js'
import { clearStaleSocket } from './clear-stale-socket.js'
import { leaveNothing, undoAtExit } from './leave-nothing.js'
import { isLoopback, secretLength, socketBuffer } from './socket-defaults.js'
import { socketCarrier } from './socket-carrier.js'
import { fittingSocketPath, freshPipeName, privateSocketPath } from './socket-path.js'

/** Where and for whom to listen; with nothing set, a private unix socket, or a named pipe on Windows. */
export interface BindOptions {
  /**
   * A unix socket's path, or a named pipe's name on Windows, of one's own choice. A name too long for a socket is replaced
   * by its hash (`door.key` has the result); the directory must be there, and keeping strangers out of it is yours to do
   * (the socket itself is 0600).
   */
  readonly path?: string
  /** TCP instead: `host` is `127.0.0.1` unless told, and must be a loopback address; `port` is any free one. */
  readonly tcp?: { readonly host?: string; readonly port?: number }
  /** How many clients to let in; after the last, the listener stops and leaves no file. No limit unless told. */
  readonly clients?: number
  /** How many clients may wait for a subscription to `pipes$`; one more is turned away. 1,024 unless told. */
  readonly waiting?: number
  /** After unsubscribing: how long a client's pipe may take to end in order, in milliseconds. 1,000 unless told. */
  readonly closeWithin?: number
}

/** A place to listen at: how to listen there, what the key says, and how to leave nothing behind. */
interface Place {
  listen(server: Server): void
  address(server: Server): Address
  /** At `listening`. */
  settle(): void
  /** After `close`. */
  leave(): void
  /** A path that may hold a dead listener's file. */
  readonly mayBeStale?: string
}

const nothing = (): void => undefined

const tcpPlace = ({ host = '127.0.0.1', port = 0 }: NonNullable<BindOptions['tcp']>): Place => {
  if (!isLoopback(host)) {
    throw new PipeError('refused', `${host} is no loopback address, and bytes travel in the clear: listen on 127.0.0.1`)
  }
  return {
    listen: server => server.listen({ host, port, exclusive: true }),
    address: server => ({ scheme: 'tcp', host, port: (server.address() as AddressInfo).port }),
    settle: nothing,
    leave: nothing,
  }
}

const namedPipePlace = (asked = freshPipeName()): Place => {
  const name = asked.replace(/^[\\/]{2}[.?][\\/]pipe[\\/]/i, '')
  return {
    listen: server => server.listen({ path: `\\\\.\\pipe\\${name}`, exclusive: true }),
    address: () => ({ scheme: 'npipe', path: name }),
    settle: nothing,
    leave: nothing,
  }
}

const chosenPlace = (asked: string): Place => {
  const path = fittingSocketPath(asked)
  let takeBack = nothing
  return {
    listen: server => server.listen({ path, exclusive: true }),
    address: () => ({ scheme: 'unix', path }),
    settle: () => {
      chmodSync(path, 0o600)
      takeBack = undoAtExit(() => rmSync(path, { force: true }))
    },
    leave: () => takeBack(), // closing the server has removed the file
    mayBeStale: path,
  }
}

const privatePlace = (): Place => {
  const { directory, path } = privateSocketPath()
  return {
    listen: server => server.listen({ path, exclusive: true }),
    address: () => ({ scheme: 'unix', path }),
    settle: nothing,
    leave: leaveNothing(directory),
  }
}

const placeFor = ({ path, tcp }: BindOptions): Place => {
  if (tcp !== undefined) return tcpPlace(tcp)
  if (process.platform === 'win32') return namedPipePlace(path)
  return path === undefined ? privatePlace() : chosenPlace(path)
}

const listenAt = (place: Place, options: BindOptions, subscriber: Subscriber<Door>): void => {
  const { clients = Infinity, waiting = 1_024, closeWithin } = options
  const secret = new Uint8Array(randomBytes(secretLength))
  const room = waitingRoom()
  const server = createServer({
    allowHalfOpen: true,
    pauseOnConnect: true,
    noDelay: true,
    highWaterMark: socketBuffer,
  })
  let listening = false
  let admitted = 0
  let giveUp = nothing

  let stopListening = (): void => {
    stopListening = nothing
    giveUp()
    server.close()
    place.leave()
  }
  subscriber.add(() => {
    stopListening()
    room.hangUp()
  })

  server.on('listening', () => {
    if (subscriber.closed) return
    listening = true
    place.settle()
    subscriber.next({ key: ConnectionKey.of(place.address(server), secret), pipes$: room.pipes$ })
  })

  server.on('connection', socket => {
    if (room.waiting >= waiting) {
      socket.destroy()
      return
    }
    const held = holdPipe(socketCarrier(socket), { end: 'accepted', secret, closeWithin })
    admitted += 1
    if (admitted >= clients) stopListening()
    room.admit(held)
    if (admitted >= clients) room.close(() => subscriber.complete())
  })

  let clearing = place.mayBeStale
  server.on('error', (error: NodeJS.ErrnoException) => {
    if (listening) {
      // too many open files, say: the client is turned away, the listener lives on
      process.emitWarning(`a client could not be let in: ${error.message}`, 'SluiceWarning')
    } else if (error.code === 'EADDRINUSE' && clearing !== undefined) {
      const stale = clearing
      clearing = undefined
      giveUp = clearStaleSocket(stale, failure => {
        if (subscriber.closed) return
        if (failure === undefined) place.listen(server)
        else subscriber.error(failure)
      })
    } else {
      const hint = 'choose another place, or look who listens there'
      subscriber.error(new PipeError('refused', `could not listen (${error.message}): ${hint}`, { cause: error }))
    }
  })

  place.listen(server)
}

/**
 * Listens for clients: on a private unix socket (a named pipe on Windows), on a path of your choice, or on loopback TCP.
 *
 * Emits one {@link Door} once it listens. The subscription is the listener's life: unsubscribing stops listening, ends the
 * clients' pipes (what is queued is still written), and removes the socket with its directory, at once; so does
 * the end of the process, except by SIGKILL. One client's broken pipe never ends it. It completes only with
 * `clients`, once the last of them has gone. Each subscription is a listener of its own, with a secret of its own.
 *
 * The default socket lies in a directory of mode 0700 with a fresh name. A file left behind at a chosen `path` is removed
 * only after nobody has answered there; a live listener's place is never taken.
 *
 * @example
 * ```ts
 * bind().pipe(
 *   tap(door => console.log(String(door.key))),
 *   switchMap(door => door.pipes$),
 * ).subscribe(pipe => pipe.incoming.subscribe(pipe.outgoing)) // an echo for each client
 * ```
 *
 * @returns fails with `PipeError`, `why: 'refused'`, when it cannot listen
 */
export const bind = (options: BindOptions = {}): Observable<Door> =>
  new Observable(subscriber => {
    try {
      listenAt(placeFor(options), options, subscriber)
    } catch (error) {
      subscriber.error(error)
    }
  })
