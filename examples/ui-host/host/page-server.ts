import { readdirSync, readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { extname, join, sep } from 'node:path'
import { Observable } from 'rxjs'

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/** Scripts, styles and workers of its own only, and one WebSocket; what is violated is told to `/report`. */
const policy = (socket: string): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "worker-src 'self'",
    `connect-src 'self' ${socket}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    'report-uri /report',
  ].join('; ')

const readAll = (directory: string): ReadonlyMap<string, Buffer> =>
  new Map(
    readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter(entry => entry.isFile())
      .map(entry => join(entry.parentPath, entry.name))
      .map(path => [path.slice(directory.length).split(sep).join('/'), readFileSync(path)]),
  )

const readBody = (request: IncomingMessage, done: (text: string) => void): void => {
  let text = ''
  request.setEncoding('utf8')
  request.on('data', (part: string) => {
    text = (text + part).slice(0, 4_096)
  })
  request.on('end', () => done(text))
}

/** What a page server is told. */
export interface PageServerOptions {
  /** Of the built page; all of it is read at once. */
  readonly directory: string
  readonly port: number
  /** The WebSocket that the page may open, as CSP names it. */
  readonly socket: string
  /** A browser says that the page broke its policy. */
  readonly violated: (report: string) => void
}

/** Serves a built page on loopback. Emits when it listens; unsubscribing ends it and its connections. */
export const pageServer = ({ directory, port, socket, violated }: PageServerOptions): Observable<Server> =>
  new Observable(subscriber => {
    const files = readAll(directory)
    const headers = {
      'Content-Security-Policy': policy(socket),
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Cross-Origin-Resource-Policy': 'same-origin',
      'Referrer-Policy': 'no-referrer',
      'X-Content-Type-Options': 'nosniff',
      'Cache-Control': 'no-cache',
    }
    const answer = (request: IncomingMessage, response: ServerResponse): void => {
      const path = request.url === '/' ? '/index.html' : (request.url ?? '')
      const body = files.get(path)
      if (request.method === 'POST' && path === '/report') {
        readBody(request, violated)
        response.writeHead(204).end()
      } else if (body === undefined) response.writeHead(404, headers).end()
      else if (request.method !== 'GET') response.writeHead(405, headers).end()
      else response.writeHead(200, { ...headers, 'Content-Type': types[extname(path)] ?? 'text/plain' }).end(body)
    }
    const server = createServer(answer)
    server.on('error', error => {
      const hint = 'stop what listens there, or take another port with --port'
      subscriber.error(new Error(`the page cannot be served (${error.message}): ${hint}`, { cause: error }))
    })
    server.listen({ host: '127.0.0.1', port }, () => subscriber.next(server))
    return () => {
      server.close()
      server.closeAllConnections()
    }
  })
