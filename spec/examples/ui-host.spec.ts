import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import test from 'ava'
import type { AxeResults } from 'axe-core'
import type { BrowserContext, Page } from 'playwright-core'
import { adopt, ownPlace, scene, until, within } from '../helpers/processes.js'
import { sourceArgs } from '../helpers/script-args.js'
import { files, heap, openTab, setStage, shows, type Stage, type Tab } from './ui-host-stage.js'

/**
 * The page of examples/ui-host in a real browser, on a tree of 100,000 files. One page serves all tests, in order, as it
 * does its reader.
 */
ownPlace(test)

/** The page's bound: what 100,000 results may add to its heap, in bytes. */
const mostHeap = 8 * 1024 * 1024

const program = fileURLToPath(new URL('../../examples/ui-host/start.ts', import.meta.url))
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

let stage: Stage
let context: BrowserContext
let host: Awaited<ReturnType<Stage['host']>>
let tab: Tab
const undo: Array<() => void | Promise<void>> = []
const whole = { teardown: (work: () => void | Promise<void>) => void undo.push(work) }

test.before('a host, and a page that looks at it', async t => {
  t.timeout(120_000)
  stage = await setStage()
  host = await stage.host(whole)
  context = await stage.browser.newContext({
    locale: 'en-US',
    permissions: ['clipboard-read', 'clipboard-write'],
    viewport: { width: 1280, height: 800 },
  })
  tab = await openTab(context, host.link)
})

test.after.always('all of it ends', async () => {
  for (const work of undo.reverse()) await work()
  await stage?.close()
})

const typed = (page: Page, words: string): Promise<void> => page.getByRole('searchbox').fill(words)

const told = '.search .told'

// what runs in the page is written as text: specs know no types of a browser

/** On an idle machine the load changes from second to second, on one that has no time left its processes do. */
const numbers = `['.figures', '.processes tbody'].map(part => document.querySelector(part).textContent).join()`

const numbersMove = async (page: Page): Promise<void> => {
  const before = await page.evaluate(numbers)
  await until(async () => ((await page.evaluate(numbers)) === before ? undefined : true), 'other numbers')
}

const chartIsDrawn = `(() => {
  const canvas = document.querySelector('.chart canvas')
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
  return data.some(byte => byte > 0)
})()`

test.serial('shows numbers that move, from the host that the link names', async t => {
  const { page } = tab
  await shows(page, '.connection', /Connected/)
  await shows(page, '[data-testid=cpu]', /^\d+\.\d%$/)
  await page.locator('.processes td.pid').nth(3).waitFor()
  const pids = await page.locator('.processes td.pid').allInnerTexts()
  t.true(pids.every(pid => Number(pid) > 0))
  await numbersMove(page)
  t.true(await page.evaluate(chartIsDrawn))
  await page.locator('.chart').hover({ position: { x: 300, y: 100 } })
  await shows(page, '.load .note', /^\d\d:\d\d:\d\d, /)
  t.regex((await page.locator('.chart').getAttribute('aria-label')) ?? '', /CPU between [\d.]+% and [\d.]+%, now/)
  t.regex(await shows(page, '.log ol', /a page has come/), /host \d+ is up/)
  t.regex(await page.title(), /^\d+ % · ./)
})

test.serial('shows the verdict of the handshake, method by method', async t => {
  const { page } = tab
  await page.getByRole('button', { name: 'Schemas identical' }).click()
  const rows = await page.locator('#schema tbody tr').allInnerTexts()
  t.deepEqual(
    rows.map(row => row.replace(/\s+/, ' ')),
    ['about', 'load', 'processes', 'log', 'search'].map(method => `uiHost.Machine.${method} Identical`),
  )
  await page.keyboard.press('Escape')
})

test.serial('sorts processes on the host, in the order that is clicked', async t => {
  const { page } = tab
  await page.getByRole('button', { name: 'PID' }).click()
  await page.locator('th.pid[aria-sort=ascending]').waitFor()
  const pids = await until(async () => {
    const now = (await page.locator('.processes td.pid').allInnerTexts()).map(Number)
    return now.every((pid, i) => i === 0 || pid > now[i - 1]!) ? now : undefined
  }, 'ascending pids')
  t.true(pids.length > 3)
  await page.getByRole('button', { name: 'CPU' }).click()
})

test.serial('the next letter ends a search on the host, which had waited for the page', async t => {
  const { page } = tab
  await page.keyboard.press('/')
  await page.keyboard.type('fil')
  await shows(page, told, /found so far; the host waits/)
  await page.keyboard.type('e')
  const [, looked = ''] = await until(
    () => /search "fil": cancelled after ([\d,]+) names/.exec(stage.journal().join('\n')) ?? undefined,
    'the host to tell of the cancelled search',
  )
  // what the page takes at first, and what the credit lets come ahead of it
  t.true(Number(looked.replaceAll(',', '')) < 6_000, looked)
  await shows(page, told, /found so far; the host waits/)
})

test.serial('100,000 results scroll by, and the heap of the page stays within its bound', async t => {
  t.timeout(90_000)
  const { page } = tab
  await typed(page, '')
  await page.locator('.keys').waitFor()
  const before = await heap(tab)
  await typed(page, 'file')
  await shows(page, told, /found so far; the host waits/)
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await shows(page, '.result[aria-selected=true]', /copied/)
  t.is(await page.evaluate('navigator.clipboard.readText()'), `${stage.args[0]}/part-000/file-000001.txt`)
  await page.keyboard.press('End')
  t.regex(await shows(page, told, / among /), /^100,000 found among 100,100 names/)
  const results = page.locator('.results')
  await page.locator('.result[aria-selected=true]', { hasText: 'file-099999.txt' }).waitFor()
  for (let at = 0; at <= files; at += files / 40) {
    await results.evaluate((list, top) => list.scrollTo({ top }), at * 26)
    const name = `file-${String(Math.min(at, files - 1)).padStart(6, '0')}.txt`
    await page.locator('.result', { hasText: name }).waitFor()
    t.true((await page.locator('.result').count()) < 100)
  }
  const grown = (await heap(tab)) - before
  t.log(`the heap has grown by ${(grown / 1024 / 1024).toFixed(1)} MiB`)
  t.true(grown < mostHeap, `${grown} bytes`)
})

test.serial('says that the host was killed, and goes on by itself when it is there again', async t => {
  t.timeout(90_000)
  const { page } = tab
  await page.evaluate('void (window.isTheSame = true)')
  await typed(page, 'file-0')
  await shows(page, told, /found so far; the host waits/)
  const quietUntilNow = tab.complaints.slice()
  host.signal('SIGKILL')
  await shows(page, '.connection', /The host is gone.*since \d\d:\d\d:\d\d/s)
  await until(async () => ((await page.title()).startsWith('host gone') ? true : undefined), 'the title')
  host = await stage.host(whole)
  await shows(page, '.connection', /Connected/)
  t.true(await page.evaluate('window.isTheSame'))
  t.deepEqual(quietUntilNow, [])

  // the search that waited goes on where it was
  await page.getByRole('button', { name: 'Take all' }).click()
  t.regex(await shows(page, told, / among /), /^100,000 found among 100,100 names/)
  t.true(stage.journal().some(line => /search "file-0": goes on behind part-\d+/.test(line)))
  const journal = await until(async () => {
    const lines = (await page.locator('.log li').allInnerTexts()).map(line => line.replace(/^\S+ /, ''))
    const written = stage.journal().map(line => line.replace(/^\S+ /, ''))
    return lines.length === written.length ? [lines, written] : undefined
  }, 'the whole log')
  t.deepEqual(journal[0], journal[1])
  await numbersMove(page)
})

test.serial('two tabs share one worker: what one begins, both see, and it is computed once', async t => {
  const { page } = tab
  const second = await openTab(context, host.link)
  const both = [page, second.page]
  for (const each of both) await shows(each, '.primes .note', /2 tabs look on, 0 computations/)
  await page.getByLabel('Primes below').selectOption('1000000000')
  await page.getByRole('button', { name: 'Count' }).click()
  for (const each of both) await shows(each, '[data-testid=primes]', /primes below [\d,]+ of 1,000,000,000/)
  for (const each of both) await shows(each, '.primes .note', /2 tabs look on, 1 computation so far/)
  await second.page.getByRole('button', { name: 'Stop' }).click()
  for (const each of both) await shows(each, '[data-testid=primes]', /Nothing is being counted/)
  await second.page.getByLabel('Primes below').selectOption('100000000')
  await second.page.getByRole('button', { name: 'Count' }).click()
  for (const each of both) await shows(each, '[data-testid=primes]', /^5,761,455 primes below 100,000,000, in/)
  for (const each of both) await shows(each, '.primes .note', /2 tabs look on, 2 computations so far/)
  await second.page.close()
  await shows(page, '.primes .note', /1 tab looks on/)
  t.deepEqual(second.complaints, [])
})

const audit = async (page: Page): Promise<readonly string[]> => {
  const { violations } = await page.evaluate<AxeResults>(`axe.run({ resultTypes: ['violations'] })`)
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(node => node.html).join(' ')}`)
}

for (const colorScheme of ['light', 'dark'] as const)
  for (const [width, height] of [
    [1280, 800],
    [390, 844],
  ] as const)
    test.serial(`is accessible in the ${colorScheme}, ${width} pixels wide`, async t => {
      const { page } = tab
      await page.setViewportSize({ width, height })
      await page.emulateMedia({ colorScheme })
      await typed(page, 'file')
      await page.locator('.result').first().waitFor()
      await tab.devtools.send('Runtime.evaluate', { expression: axe })
      t.deepEqual(await audit(page), [])
      t.false(await page.evaluate('document.documentElement.scrollWidth > innerWidth'), 'scrolls sideways')
      await page.getByRole('button', { name: /Schemas/ }).click()
      t.deepEqual(await audit(page), [])
      await page.keyboard.press('Escape')
    })

test.serial('keeps its secret and its policy, and complains of nothing but a host that is gone', async t => {
  const { page, complaints, asked } = tab
  t.true(asked.length > 3)
  t.deepEqual(
    asked.filter(url => url.includes('secret')),
    [],
  )
  t.deepEqual(
    complaints.filter(line => !/^WebSocket connection to .* failed/.test(line)),
    [],
  )
  t.deepEqual(
    stage.journal().filter(line => line.includes('policy')),
    [],
  )
  // and a breach would be noticed
  await page.evaluate(`{
      const script = document.createElement('script')
      script.textContent = 'window.isBroken = true'
      document.head.append(script)
    }`)
  t.is(await page.evaluate('window.isBroken'), undefined)
  await until(() => stage.journal().find(line => line.includes('the page broke its policy')), 'the report')
})

test.serial('says so when the link has another secret', async t => {
  const wrong = await openTab(context, host.link.replace(/.{8}$/, 'AAAAAAAA'))
  t.regex(await shows(wrong.page, '.connection', /No host by this link/), /open the one that it printed/)
  await wrong.page.close()
})

test.serial('Ctrl-C stops the host in order', async t => {
  const { code } = await scene(async scene => {
    host.signal('SIGINT')
    await within(host.exited, 'the end')
    const child = spawn(process.execPath, sourceArgs(program, ...stage.args), {
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    })
    adopt(scene, child.pid!)
    const ended = new Promise<{ readonly code: number | null }>(resolve => child.on('close', code => resolve({ code })))
    await new Promise(resolve => child.stdout.once('data', resolve))
    await shows(tab.page, '.connection', /Connected/)
    process.kill(-child.pid!, 'SIGINT')
    return ended
  })
  t.is(code, 130)
  await shows(tab.page, '.connection', /The host is gone/)
})
