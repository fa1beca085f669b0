import { fileURLToPath } from 'node:url'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { map, Subscription, tap } from 'rxjs'
import { bind } from 'sluice/node'
import { serveConformance } from 'sluice/testing'
import { WebSocketServer } from 'ws'
import { startChromium } from '../../helpers/chromium.js'
import { bundled, openSite, pageOf, type WebSite } from '../../helpers/web-site.js'
import { until } from '../conformance/rig.js'
import { fromBytes, inBytes } from './pages/aside.js'
import type { Host, Places } from './pages/host.js'
import { shown, type Told } from './pages/mirror.js'

/** What the pages make of their globals. */
export type InPage = typeof globalThis & { readonly host: Host }

/** A browser, a site of pages, and far ends in this process. */
export interface Stage {
  readonly browser: Browser
  readonly site: WebSite
  readonly places: Places
  /** Opens a page of the site, by path, and waits until its script has run. */
  readonly open: (path: string, context?: BrowserContext) => Promise<Page>
  /** What pages have thrown, and not caught. */
  readonly errors: readonly string[]
  readonly close: () => Promise<void>
}

const page = (name: string): string => fileURLToPath(new URL(`pages/${name}.ts`, import.meta.url))

/** Pages and scripts by path; `/frame.html` is the page of `pages/frame.ts`. */
const paths = async () => {
  const pages = ['host', 'lab', 'frame', 'shouter', 'idle']
  const scripts = await bundled(
    Object.fromEntries([...pages, 'worker', 'shared-worker'].map(name => [name, page(name)])),
  )
  return { ...scripts, ...Object.fromEntries(pages.map(name => [`/${name}.html`, pageOf(`/${name}.js`)])) }
}

/** Far ends over WebSocket: one for calls, and for whoever connects aside one of which all pipes are told there. */
const listen = async (origin: string, open: Subscription): Promise<Omit<Places, 'elsewhere'>> => {
  const door$ = bind({ ws: { origins: [origin] }, closeWithin: 300 })
  let conformanceKey = ''
  open.add(
    door$.subscribe(({ key, pipes$ }) => {
      conformanceKey = String(key)
      open.add(pipes$.pipe(serveConformance()).subscribe())
    }),
  )
  const aside = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  open.add(() => {
    for (const client of aside.clients) client.terminate()
    aside.close()
  })
  aside.on('connection', socket => {
    const takers = new Set<(message: Told) => void>()
    socket.on('message', (data: Buffer) => {
      for (const take of takers) take(fromBytes(data))
    })
    const post = (message: Told): void => socket.send(inBytes(message))
    const telling = door$
      .pipe(
        tap(({ key }) => post(['', 'key', String(key)])),
        map(({ pipes$ }) =>
          shown(pipes$, {
            post,
            listen: take => {
              takers.add(take)
              return () => takers.delete(take)
            },
          }),
        ),
      )
      .subscribe()
    socket.on('close', () => telling.unsubscribe())
  })
  await until(() => (conformanceKey === '' ? undefined : true), 'a listener')
  const { port } = aside.address() as { readonly port: number }
  return { conformanceKey, byteAside: `ws://127.0.0.1:${port}/` }
}

/** Sets the stage; its caller closes it in any case. */
export const setStage = async (): Promise<Stage> => {
  const open = new Subscription()
  const errors: string[] = []
  const [browser, site] = await Promise.all([startChromium(), paths().then(openSite)])
  const common = await browser.newContext()
  const watch = (tab: Page): void => void tab.on('pageerror', error => errors.push(String(error)))
  return {
    browser,
    site,
    places: { elsewhere: site.otherOrigin, ...(await listen(site.origin, open)) },
    errors,
    open: async (path, context = common) => {
      const tab = await context.newPage()
      watch(tab)
      await tab.goto(site.origin + path)
      return tab
    },
    close: async () => {
      open.unsubscribe()
      await browser.close()
      await site.close()
    },
  }
}
