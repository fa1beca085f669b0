import type { InTurn } from './in-turn.js'
import type { Stage } from './stage.js'
import { openLab } from './with-lab.js'

/** Who may speak to whom through windows, and when. */
export const origins = (test: InTurn, stage: () => Stage): void => {
  const refused = { tag: 'PipeError', why: 'refused' }

  test('a frame of another origin than the one that is dialled is neither heard nor spoken to', async t => {
    const { site } = stage()
    const { lab, page } = await openLab(t, stage())
    t.like(await lab.shouted(site.otherOrigin, site.origin), refused)
    const heard = await page
      .frames()
      .at(-1)
      ?.evaluate(() => (globalThis as unknown as { readonly heard: readonly unknown[] }).heard)
    t.deepEqual(heard, [])
  })

  test('another frame than the one that is dialled is not heard, though it is of the same origin', async t => {
    const { lab } = await openLab(t, stage())
    t.like(await lab.impostor(stage().site.origin), refused)
  })

  test('a page that embeds a frame without being the one that the frame names is not heard', async t => {
    const { lab } = await openLab(t, stage())
    for (const origin of [stage().site.origin, stage().site.otherOrigin]) t.like(await lab.mistaken(origin), refused)
  })

  test('an origin has to be one: no wildcard, no path, no opaque one', async t => {
    const { lab } = await openLab(t, stage())
    for (const origin of ['*', '', 'null', 'localhost', `${stage().site.origin}/`])
      t.like(await lab.noOrigin(origin), { tag: 'PipeError', why: 'misused' }, origin)
  })

  for (const other of [false, true]) {
    const which = other ? 'another' : 'the same'
    test(`what is said to a frame of ${which} origin before it listens is kept for it`, async t => {
      const { site } = stage()
      const { lab } = await openLab(t, stage())
      t.is(await lab.late(other ? site.otherOrigin : site.origin, 400), 'heard')
    })

    test(`a frame of ${which} origin that has listened for long can be dialled`, async t => {
      const { site } = stage()
      const { lab } = await openLab(t, stage())
      t.is(await lab.early(other ? site.otherOrigin : site.origin), 'heard')
    })
  }
}
