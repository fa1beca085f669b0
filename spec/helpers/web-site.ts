import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { build } from 'esbuild'

/** What a site answers with: by path, text of a page or of a script. */
export type Paths = Readonly<Record<string, string>>

/** Pages on loopback under the strictest policy that lets them load their own scripts. */
export interface WebSite {
  /** `http://127.0.0.1:4711`; the same pages are at `http://localhost:4711`, which is another origin. */
  readonly origin: string
  readonly otherOrigin: string
  /** Each breach of the policy that a browser has reported, in pages and workers alike. */
  readonly breaches: readonly string[]
  readonly close: () => Promise<void>
}

/** Nothing but the site's own scripts, workers, frames and WebSockets; no generated code, no code in the page. */
const policy = (own: string): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "worker-src 'self'",
    `frame-src ${own}`,
    "connect-src 'self' ws://127.0.0.1:*",
    "base-uri 'none'",
    'report-uri /breach',
  ].join('; ')

const typeOf = (path: string): string => (path.endsWith('.js') ? 'text/javascript' : 'text/html')

/** Bundles scripts in memory, each by itself, with what a browser would take: `name.js` for each entry. */
export const bundled = async (entries: Readonly<Record<string, string>>): Promise<Paths> => {
  const { outputFiles } = await build({
    entryPoints: { ...entries },
    outdir: '/',
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    logLevel: 'error',
  })
  return Object.fromEntries(outputFiles.map(({ path, text }) => [path.replace(/^.*\//, '/'), text]))
}

/** A page that does nothing but run one script. */
export const pageOf = (script: string): string =>
  `<!doctype html><meta charset="utf-8"><title>${script}</title><script type="module" src="${script}"></script>`

/** Serves pages and scripts at a free port of loopback. */
export const openSite = async (paths: Paths): Promise<WebSite> => {
  const breaches: string[] = []
  let own = ''
  const server: Server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://site').pathname
    if (path === '/breach') {
      let said = ''
      request.on('data', (chunk: Buffer) => (said += chunk.toString()))
      request.on('end', () => {
        breaches.push(said)
        response.writeHead(204).end()
      })
      return
    }
    const text = paths[path]
    response.writeHead(text === undefined ? 404 : 200, {
      'Content-Type': typeOf(path),
      'Content-Security-Policy': policy(own),
    })
    response.end(text)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  own = `http://127.0.0.1:${port} http://localhost:${port}`
  return {
    origin: `http://127.0.0.1:${port}`,
    otherOrigin: `http://localhost:${port}`,
    breaches,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
