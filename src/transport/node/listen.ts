import { defer, forkJoin, map, Observable, of, type Subscriber, switchMap } from 'rxjs'
import { PipeError } from '../../pipe/pipe-error.js'
import type { Pipe } from '../../pipe/pipe.js'
import { ConnectionKey } from '../connection-key.js'
import { type HeldPipe, holdPipe } from '../hold-pipe.js'
import { shortestSecret } from '../key-text.js'
import { waitingRoom } from '../waiting-room.js'
import { clearStaleSocket } from './clear-stale-socket.js'
import { type Place, placeFor, type Where } from './place.js'
import { type Reception, socketReception } from './reception.js'
import { secretLength } from './socket-defaults.js'
import { loadWs } from './load-ws.js'
import { randomBytes } from './random-bytes.js'
import { webSocketReception } from './web-socket-reception.js'

/** Where and for whom to listen. */
export interface BindOptions extends Where {
  /** How many clients to let in; after the last, the listener stops and leaves no file. No limit unless told. */
  readonly clients?: number
  /** How many clients may wait for a subscription to `pipes$`; one more is turned away. 1,024 unless told. */
  readonly waiting?: number
  /** After unsubscribing: how long a client's pipe may take to end in order, in milliseconds. 1,000 unless told. */
  readonly closeWithin?: number
  /**
   * The secret of its key: 16 random bytes at least. Fresh ones unless told. With a `path` or a port of your own, a listener
   * that starts again with its old secret is found by the key that its clients have.
   */
  readonly secret?: Uint8Array
}

/** A door whose pipes can still be held on to; for transports that are more than a listener. */
export interface HeldDoor {
  readonly key: ConnectionKey
  readonly held$: Observable<HeldPipe>
}

const nothing = (): void => undefined

const secretOf = ({ secret }: BindOptions): Uint8Array => {
  if (secret === undefined) return randomBytes(secretLength)
  if (secret.length >= shortestSecret) return secret.slice()
  throw new PipeError(
    'refused',
    `a secret of ${secret.length} bytes can be guessed: give at least ${shortestSecret} random ones, or none`,
  )
}

const listenAt = (
  place: Place,
  secret: Uint8Array,
  { server, receive }: Reception,
  options: BindOptions,
  end: Pipe['end'],
  subscriber: Subscriber<HeldDoor>,
): void => {
  const { clients = Infinity, waiting = 1_024, closeWithin } = options
  const room = waitingRoom()
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
    subscriber.next({ key: ConnectionKey.of(place.address(server), secret), held$: room.held$ })
  })

  receive(open => {
    if (room.waiting >= waiting || admitted >= clients || subscriber.closed) return false
    const held = holdPipe(open, { end, secret, closeWithin })
    admitted += 1
    if (admitted >= clients) stopListening()
    room.admit(held)
    if (admitted >= clients) room.close(() => subscriber.complete())
    return true
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

/** {@link bind}, with pipes that can be held on to and that say of themselves which end they are. */
export const listen = (options: BindOptions, end: Pipe['end']): Observable<HeldDoor> =>
  defer(() =>
    options.ws === undefined
      ? of(socketReception())
      : // HTTP only here, where ws brings it anyway: others need not have it on their heap
        forkJoin([loadWs(), import('node:http')]).pipe(
          map(([{ WebSocketServer }, { createServer }]) =>
            webSocketReception(createServer, WebSocketServer, options.ws ?? {}),
          ),
        ),
  ).pipe(
    switchMap(
      reception =>
        new Observable<HeldDoor>(subscriber => {
          try {
            const secret = secretOf(options)
            listenAt(placeFor(options), secret, reception, options, end, subscriber)
          } catch (error) {
            subscriber.error(error)
          }
        }),
    ),
  )
