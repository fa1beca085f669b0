import test from 'ava'
import { firstValueFrom, NEVER, toArray } from 'rxjs'
import { allowed } from '../helpers/allowed.js'
import { ownPlace, within } from '../helpers/processes.js'
import { dial } from 'sluice/node'
import { converse, errorOf, sharedServer, startServer, valueOf } from './fixtures/start-program.js'

ownPlace(test)
const shared = sharedServer(test)

test.serial(
  'a handler that throws ends its call with a Defect of that name and message, without the stack',
  async t => {
    const { far } = await shared.converse(t)
    const begun = Date.now()
    const error = await errorOf(far.remote.ask('throw'))
    t.true(Date.now() - begun < allowed(1_000))
    t.is(error._tag, 'Defect')
    t.is(error.method, 'ask')
    t.deepEqual(error.defect, { name: 'RangeError', message: 'no more than two slices' })
    t.is(await valueOf(far.remote.ask('echo still here')), 'still here')
  },
)

test.serial('the stack of a handler that throws travels where the serving end says so', async t => {
  const { key } = await startServer(t, '{"stacks":true}')
  const { far } = await converse(t, dial(key))
  const { defect } = await errorOf(far.remote.ask('throw'))
  t.is(defect?.name, 'RangeError')
  t.regex(defect?.stack ?? '', /RangeError: no more than two slices\n\s+at .*kitchen\.ts/)
})

test.serial('a failure that the contract names arrives as that failure', async t => {
  const { far } = await shared.converse(t)
  const error = await errorOf(far.remote.ask('fail'))
  t.is(error._tag, 'Failure')
  t.deepEqual(error.failure, { _tag: 'OutOfBread', left: 0 })
})

test.serial('what the contract does not name as a failure is a Defect, even when it looks like one', async t => {
  const { far } = await shared.converse(t)
  t.is((await errorOf(far.remote.again('fail')))._tag, 'Defect')
})

test.serial('a request that does not fit the codec is refused at this end, with the errors of io-ts', async t => {
  const { far } = await shared.converse(t)
  const error = await errorOf(far.remote.count({ upTo: 'many', everyMs: 0 } as never))
  t.is(error._tag, 'InvalidPayload')
  t.true((error as unknown as { errors: readonly unknown[] }).errors.length > 0)
})

test.serial('an input that fails tells the caller what it failed with, and the handler that it is over', async t => {
  const { far } = await shared.converse(t)
  const error = await errorOf(
    far.remote.add(
      (function* () {
        yield 1
        throw new TypeError('the scales broke')
      })(),
    ),
  )
  t.is(error.message, 'the scales broke')
  await shared.server.line(/^server: upload over$/)
})

test.serial('a handler whose caller has gone is let go of, and the server goes on with others', async t => {
  const { far } = await shared.converse(t)
  const { far: other } = await shared.converse(t)
  const call = far.remote.add(NEVER).subscribe({ error: () => undefined })
  await shared.server.line(/^server: upload open$/)
  call.unsubscribe()
  await shared.server.line(/^server: upload over$/)
  t.is(await valueOf(other.remote.ask('echo next')), 'next')
})

test.serial('metadata travels with a call', async t => {
  const { far } = await shared.converse(t)
  const metadata = { 'trace-id': 'abc', ümlaut: '✓' }
  t.deepEqual(JSON.parse(await valueOf(far.remote.ask('metadata', { metadata }))), metadata)
})

test.serial('a deadline travels: the handler sees what is left of it, and is told when it is over', async t => {
  const { far } = await shared.converse(t)
  const left = Number(await valueOf(far.remote.ask('patience', { timeout: 900 })))
  t.true(left > 300 && left <= 900, `${left} ms`)
  t.is(await valueOf(far.remote.ask('patience', { timeout: Infinity })), 'none')
  const error = await errorOf(far.remote.ask('never', { timeout: 150 }))
  t.is(error._tag, 'Timeout')
  t.is(error.afterMs, 150)
  await shared.server.line(/^server: request over$/)
})

test.serial('a request waits for five seconds unless told otherwise', async t => {
  const { far } = await shared.converse(t)
  const left = Number(await valueOf(far.remote.ask('patience')))
  t.true(left > 4_000 && left <= 5_000, `${left} ms`)
})

test.serial('unsubscribing from a stream reaches its producer at the far end within a moment', async t => {
  const { far } = await shared.converse(t)
  const begun = await new Promise<number>(resolve => {
    const ticks = far.remote.count({ upTo: 0, everyMs: 5 }).subscribe(n => {
      if (n < 3) return
      ticks.unsubscribe()
      resolve(Date.now())
    })
  })
  await shared.server.line(/^server: stream over$/)
  t.true(Date.now() - begun < allowed(500))
})

test.serial('a signal that is aborted cancels its call at both ends', async t => {
  const { far } = await shared.converse(t)
  const controller = new AbortController()
  const call = errorOf(far.remote.ask('never', { signal: controller.signal }))
  await shared.server.line(/^server: request open$/)
  controller.abort()
  t.is((await within(call, 'the call'))._tag, 'Cancelled')
  await shared.server.line(/^server: request cancelled$/)
  await shared.server.line(/^server: request over$/)
})

test.serial('a thousand requests at once are each answered with their own answer', async t => {
  const { far } = await shared.converse(t)
  const asked = Array.from({ length: 1_000 }, (_, i) => String(i))
  const answers = await Promise.all(asked.map(i => firstValueFrom(far.remote.ask(`echo ${i}`))))
  t.deepEqual(answers, asked)
})

test.serial('calls of every kind interleave on one connection', async t => {
  const { far } = await shared.converse(t)
  const [echo, count, sum, lines, items] = await Promise.all([
    valueOf(far.remote.ask('wait 50')),
    valueOf(far.remote.count({ upTo: 3_000, everyMs: 0 }).pipe(toArray())),
    valueOf(far.remote.add(Array.from({ length: 3_000 }, (_, i) => i))),
    valueOf(far.remote.chat(['a', 'b', 'c']).pipe(toArray())),
    valueOf(far.remote.count({ upTo: 0, everyMs: 0 }).pipe(toArray())),
  ])
  t.is(echo, 'waited 50')
  t.deepEqual(
    count,
    Array.from({ length: 3_000 }, (_, i) => i),
  )
  t.is(sum, (3_000 * 2_999) / 2)
  t.deepEqual(lines, ['you said a', 'you said b', 'you said c'])
  t.deepEqual(items, [])
})
