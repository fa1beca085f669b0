import { chmodSync, rmSync } from 'node:fs'
import type { AddressInfo, Server } from 'node:net'
import { PipeError } from '../../pipe/pipe-error.js'
import type { Address } from '../connection-key.js'
import { leaveNothing, undoAtExit } from './leave-nothing.js'
import { isLoopback } from './socket-defaults.js'
import { fittingSocketPath, freshPipeName, privateSocketPath } from './socket-path.js'

/** Where a WebSocket server listens, and whom it lets in. */
export interface WebSocketPlace {
  /** `127.0.0.1` unless told; must be a loopback address. */
  readonly host?: string
  /** Any free one unless told. */
  readonly port?: number
  /** Path and query that a client must name; `/` unless told. */
  readonly path?: string
  /**
   * Origins of the pages that may connect, such as `http://localhost:5173`. None unless told: a browser always says where its page
   * is from, so that no page that somebody happens to look at reaches this server. Programs say no origin and may connect.
   */
  readonly origins?: readonly string[]
  /** Longest message that is taken in, in bytes; 16 MiB unless told. A client that sends a longer one is cut off. */
  readonly messageBytes?: number
}

/** Where to listen; with nothing set, at a private unix socket, or a named pipe on Windows. */
export interface Where {
  /**
   * A unix socket's path, or a named pipe's name on Windows, of one's own choice. A name too long for a socket is replaced
   * by its hash (`door.key` has the result); the directory must be there, and keeping strangers out of it is yours to do
   * (the socket itself is 0600).
   */
  readonly path?: string
  /** TCP instead: `host` is `127.0.0.1` unless told, and must be a loopback address; `port` is any free one. */
  readonly tcp?: { readonly host?: string; readonly port?: number }
  /** WebSocket instead; needs the package `ws`. */
  readonly ws?: WebSocketPlace
}

/** A place to listen at: how to listen there, what the key says, and how to leave nothing behind. */
export interface Place {
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

const tcpPlace = ({ host = '127.0.0.1', port = 0 }: NonNullable<Where['tcp']>, shape: Partial<Address> = {}): Place => {
  if (!isLoopback(host)) {
    throw new PipeError('refused', `${host} is no loopback address, and bytes travel in the clear: listen on 127.0.0.1`)
  }
  return {
    listen: server => server.listen({ host, port, exclusive: true }),
    address: server => ({ scheme: 'tcp', host, port: (server.address() as AddressInfo).port, ...shape }),
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

/** Makes ready what the options ask for. */
export const placeFor = ({ path, tcp, ws }: Where): Place => {
  if (ws !== undefined) return tcpPlace(ws, { scheme: 'ws', path: ws.path ?? '/' })
  if (tcp !== undefined) return tcpPlace(tcp)
  if (process.platform === 'win32') return namedPipePlace(path)
  return path === undefined ? privatePlace() : chosenPlace(path)
}
