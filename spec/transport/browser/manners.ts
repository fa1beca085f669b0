import { openSite, pageOf } from '../../helpers/web-site.js'
import { until } from '../conformance/rig.js'
import type { InTurn } from './in-turn.js'
import type { Stage } from './stage.js'
import { openLab } from './with-lab.js'

/** How a browser's transports go about their platform. */
export const manners = (test: InTurn, stage: () => Stage): void => {
  test('an array that is written to a worker is still there, unless it may be transferred', async t => {
    const { lab } = await openLab(t, stage())
    t.is(await lab.lengthOnceWritten(false), 100_000)
    t.is(await lab.lengthOnceWritten(true), 0)
  })

  test('calls of one turn go to a worker in one message', async t => {
    const { lab } = await openLab(t, stage())
    const { there, back } = await lab.messages(100)
    t.is(there, 1)
    t.true(back <= 10, `${back} messages for 100 answers`)
  })

  test('a worker that does not start is refused, with what to look after', async t => {
    const { lab } = await openLab(t, stage())
    const missing = await lab.spawn('/nowhere.js', 9_000)
    t.like(missing, { tag: 'PipeError', why: 'refused' })
    t.regex(missing.message, /did not start.*worker-src/)
    const idle = await lab.spawn('/idle.js', 700)
    t.like(idle, { tag: 'PipeError', why: 'refused' })
    t.regex(idle.message, /within 700 ms: call fromHost\(\)/)
  })

  test('a WebSocket that cannot be opened is refused, with what to look after', async t => {
    const { lab } = await openLab(t, stage())
    const nobody = await lab.dial('ws://127.0.0.1:9/')
    t.like(nobody, { tag: 'PipeError', why: 'refused' })
    t.regex(nobody.message, /origin and Content-Security-Policy/)
    t.like(await lab.dial(`tcp://127.0.0.1:9?secret=${'a'.repeat(43)}`), { tag: 'PipeError', why: 'refused' })
  })

  test('a breach of a policy is reported, so that none was to be seen', async t => {
    const site = await openSite({ '/': pageOf('/eval.js'), '/eval.js': 'try { new Function("return 1")() } catch {}' })
    const page = await stage().browser.newPage()
    t.teardown(async () => {
      await page.close()
      await site.close()
    })
    await page.goto(site.origin)
    await until(() => site.breaches[0], 'a report')
    t.regex(site.breaches[0] ?? '', /script-src/)
  })
}
