import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, BrowserContext, CDPSession, Page } from 'playwright-core'
import { firstValueFrom } from 'rxjs'
import { runBuild } from '../../examples/ui-host/run-build.js'
import { startChromium } from '../helpers/chromium.js'
import { pause, type Program, start, type Teardown } from '../helpers/processes.js'
import { loader } from '../helpers/script-args.js'

/** Files in the tree that is searched. */
export const files = 100_000

const perDirectory = 1_000

const program = fileURLToPath(new URL('../../examples/ui-host/start.ts', import.meta.url))

const free = (port: number): Promise<boolean> =>
  new Promise(resolve => {
    const server = createServer()
    server.on('error', () => resolve(false))
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => server.close(() => resolve(true)))
  })

/** A port that is free, and so is the next: below those that systems give away by themselves. */
const twoPorts = async (): Promise<number> => {
  for (let turn = 0; turn < 50; turn += 1) {
    const port = 12_000 + 2 * Math.floor(Math.random() * 9_000)
    if ((await free(port)) && (await free(port + 1))) return port
  }
  throw new Error('no two free ports')
}

/** Names as in a large tree; none of the directories' has what is searched for. */
const plant = async (tree: string): Promise<void> => {
  for (let from = 0; from < files; from += perDirectory) {
    const directory = join(tree, `part-${String(from / perDirectory).padStart(3, '0')}`)
    mkdirSync(directory, { recursive: true })
    for (let i = from; i < from + perDirectory; i += 1)
      closeSync(openSync(join(directory, `file-${String(i).padStart(6, '0')}.txt`), 'w'))
    await pause(0) // the browser starts meanwhile
  }
}

/** So many files take their time on a disk: in memory, where the system has a place for that. */
const roomy = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()

/** A host, and a browser that looks at it. */
export interface Stage {
  readonly browser: Browser
  /** A directory of its own; the tree is in it. */
  readonly place: string
  /** Arguments for the host's program. */
  readonly args: readonly string[]
  readonly host: (t: Teardown) => Promise<Program & { readonly link: string }>
  /** What the host has written about itself so far. */
  readonly journal: () => readonly string[]
  readonly close: () => Promise<void>
}

// the example starts its builder with this process's flags, and specs need no loader
process.execArgv.push('--import', loader)

/** Plants a tree, builds the page and starts a browser, all at once. */
export const setStage = async (): Promise<Stage> => {
  const place = mkdtempSync(join(roomy, 'ui-host-spec-'))
  const [tree, state, page] = [join(place, 'tree'), join(place, 'state'), join(place, 'page')]
  const starting = startChromium()
  const planting = plant(tree)
  const clear = async () => {
    const [started] = await Promise.allSettled([starting, planting])
    if (started.status === 'fulfilled') await started.value.close()
    rmSync(place, { recursive: true, force: true })
  }
  const [browser, port] = await Promise.all([starting, twoPorts(), firstValueFrom(runBuild(page)), planting]).catch(
    async (error: unknown) => {
      await clear()
      throw error
    },
  )
  const args = [tree, '--port', String(port), '--state', state, '--page', page]
  return {
    browser,
    place,
    args,
    journal: () => readFileSync(join(state, 'host.log'), 'utf8').trimEnd().split('\n'),
    host: async t => {
      const host = start(t, program, ...args)
      const [link] = await host.line(/http:\S+/)
      return { ...host, link }
    },
    close: clear,
  }
}

/** A tab, and what went wrong in it. */
export interface Tab {
  readonly page: Page
  readonly devtools: CDPSession
  /** What it has complained about on its console, or thrown. */
  readonly complaints: readonly string[]
  /** All that it has asked servers for. */
  readonly asked: readonly string[]
}

/** Opens the page. */
export const openTab = async (context: BrowserContext, link: string): Promise<Tab> => {
  const page = await context.newPage()
  const complaints: string[] = []
  const asked: string[] = []
  page.on('console', message => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
  })
  page.on('pageerror', error => complaints.push(String(error)))
  page.on('request', request => asked.push(request.url()))
  page.on('websocket', socket => asked.push(socket.url()))
  await page.goto(link)
  return { page, devtools: await context.newCDPSession(page), complaints, asked }
}

/** Waits until something in the page has a text that fits, and gives all of the text. */
export const shows = async (page: Page, selector: string, text: RegExp): Promise<string> => {
  const found = page.locator(selector, { hasText: text }).first()
  await found.waitFor({ timeout: 30_000 })
  return found.innerText()
}

/** Bytes of the page's heap that are in use, with nothing in it that could be collected. */
export const heap = async ({ devtools }: Tab): Promise<number> => {
  await devtools.send('HeapProfiler.enable')
  await devtools.send('HeapProfiler.collectGarbage')
  await devtools.send('HeapProfiler.collectGarbage')
  const { usedSize } = await devtools.send('Runtime.getHeapUsage')
  return usedSize
}
