import test from 'ava'
import { ownPlace } from '../helpers/processes.js'
import { runExample } from './run-example.js'

ownPlace(test)

test.serial('batching: a thousand calls of four clients are answered by a few bulk look-ups', async t => {
  const { code, stdout, stderr } = await runExample(t, 'batching.ts')
  t.is(stderr, '')
  t.is(code, 0)
  const sizes = [...stdout.matchAll(/one bulk look-up of (\d+) ids/g)].map(([, size]) => Number(size))
  t.is(
    sizes.reduce((total, size) => total + size, 0),
    1_000,
  )
  t.true(sizes.length <= 20, `${sizes.length} look-ups are not a few`)
  t.regex(stdout, /4 clients got 1000 right answers\n$/)
})

test.serial('fair share: a client with few jobs does not wait for one with many', async t => {
  const { code, stdout, stderr } = await runExample(t, 'fair-share.ts')
  t.is(stderr, '')
  t.is(code, 0)
  const modest = (name: string) => Number(new RegExp(`${name}.*3 jobs: +(\\d+) ms`).exec(stdout)?.[1])
  t.true(modest('fair share') * 2 < modest('first come, first served'), stdout)
})
