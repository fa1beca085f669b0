import type { Page } from 'playwright-core'
import { bind } from 'sluice/node'
import { serveConformance } from 'sluice/testing'
import { record, until, within } from '../conformance/rig.js'
import type { InTurn } from './in-turn.js'
import type { Stage } from './stage.js'
import { openLab } from './with-lab.js'

/** How soon the end of a page or worker has to be known, in milliseconds. */
const soon = 1_000

/** What becomes of pipes when pages and workers end, or are put aside. */
export const livesAndDeaths = (test: InTurn, stage: () => Stage): void => {
  const ends: Readonly<Record<string, (page: Page) => Promise<unknown>>> = {
    'is closed': page => page.close(),
    'has crashed': page => page.goto('chrome://crash').catch(() => undefined),
  }
  for (const [how, end] of Object.entries(ends))
    for (const dialsAgain of [false, true])
      test(`a shared worker knows at once that a tab ${how}${dialsAgain ? ', also one that would dial again' : ''}`, async t => {
        const name = `${how} ${String(dialsAgain)}`
        const [one, other] = [await openLab(t, stage()), await openLab(t, stage())]
        await other.lab.join(name, 'of the other', false)
        await one.lab.join(name, 'farewell', dialsAgain)
        const since = performance.now()
        await end(one.page)
        const notes = await until(async () => {
          const found = await other.lab.noted(name, 'farewell')
          return found.length > 0 ? found : undefined
        }, 'its end')
        t.deepEqual(notes, ['PipeError'])
        t.true(performance.now() - since < soon, `${performance.now() - since} ms`)
      })

  test('calls to a worker that was terminated end within a second', async t => {
    const { lab } = await openLab(t, stage())
    const { tag, why, ms } = await lab.terminate(0)
    t.deepEqual([tag, why], ['Disconnected', 'exited'])
    t.true(ms < soon, `${ms} ms`)
  })

  test('where there are no Web Locks, calls to a worker that was terminated end by its silence', async t => {
    const context = await stage().browser.newContext()
    t.teardown(() => context.close())
    await context.addInitScript('Object.defineProperty(navigator, "locks", { value: undefined })')
    const { lab } = await openLab(t, stage(), context)
    const { tag, why, ms } = await lab.terminate(100)
    t.deepEqual([tag, why], ['Disconnected', 'silent'])
    t.true(ms < 300 + soon, `${ms} ms`)
  })

  for (const other of [false, true])
    test(`calls to a frame of ${other ? 'another' : 'the same'} origin that is reloaded end within a second, and it can be dialled again`, async t => {
      const { site } = stage()
      const { lab } = await openLab(t, stage())
      const { tag, why, ms, again } = await lab.reload(other ? site.otherOrigin : site.origin, 0)
      t.deepEqual([tag, why, again], ['Disconnected', 'exited', 'again'])
      t.true(ms < soon, `${ms} ms`)
    })

  test('a server knows at once that a page that was connected by WebSocket is closed', async t => {
    const doors = record(bind({ ws: { origins: [stage().site.origin] } }))
    t.teardown(() => doors.unsubscribe())
    const { key, pipes$ } = await until(() => doors.values[0], 'the door')
    const pipes = record(pipes$)
    const { page, lab } = await openLab(t, stage())
    void lab.dial(String(key)).catch(() => undefined)
    const pipe = await until(() => pipes.values[0], 'the pipe')
    const heard = record(pipe.incoming)
    const since = performance.now()
    await page.close()
    const end = await within(heard.ended, 'the end')
    t.is((end as { readonly error?: { readonly why?: string } }).error?.why, 'exited')
    t.true(performance.now() - since < soon, `${performance.now() - since} ms`)
  })

  // the browser at hand, without a window, puts no page aside: it is told as if it were
  test('a page that is put aside and shown again goes on with its stream, nothing lost, nothing twice', async t => {
    const doors = record(bind({ ws: { origins: [stage().site.origin] } }))
    t.teardown(() => doors.unsubscribe())
    const { key, pipes$ } = await until(() => doors.values[0], 'the door')
    const serving = record(pipes$.pipe(serveConformance()))
    t.teardown(() => serving.unsubscribe())
    const { lab } = await openLab(t, stage())
    await lab.stream(String(key))
    await until(async () => ((await lab.streamed()).count > 50 ? true : undefined), 'fifty items')
    await lab.putAside()
    const { count } = await lab.streamed()
    await until(async () => ((await lab.streamed()).count > count + 50 ? true : undefined), 'fifty more')
    const { inOrder, statuses } = await lab.streamed()
    t.true(inOrder)
    t.deepEqual([...new Set(statuses)], ['Connected', 'Reconnecting'])
    t.is(statuses.at(-1), 'Connected')
  })
}
