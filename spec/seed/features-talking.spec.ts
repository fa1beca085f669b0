import test from 'ava'
import * as E from 'fp-ts/lib/Either.js'
import * as O from 'fp-ts/lib/Option.js'
import * as io from 'io-ts'
import { concat, firstValueFrom, groupBy, map, merge, mergeMap, NEVER, of, take, toArray } from 'rxjs'
import {
  assertCompatible,
  attempt,
  bytes,
  connected,
  contract,
  disconnected,
  expectTag,
  handleMessages,
  int32,
  memoryPipes,
  merged,
  messages,
  peer,
  request,
  serve,
  stream,
  toTaskEither,
} from 'sluice'
import { allowed } from '../helpers/allowed.js'
import { errorOf, valueOf } from '../end-to-end/fixtures/start-program.js'
import { hold, within } from '../helpers/processes.js'
import { meet } from './meet.js'

const Kitchen = contract('seed.Kitchen', {
  echo: request(io.string, io.string),
  never: request(io.void, io.string),
  loaves: stream(int32, bytes),
})

const Message = io.union([
  io.type({ _tag: io.literal('MakeMeASandwich'), bread: io.string }),
  io.type({ _tag: io.literal('ASandwich'), of: io.string }),
  io.type({ _tag: io.literal('GoodToHear') }),
])
const Talk = messages(Message)

const kitchen = async (t: Parameters<typeof meet>[0], options = {}) => {
  const { a, b } = await meet(t, { uses: Kitchen, ...options }, { serves: Kitchen })
  const serving = serve(b, {
    echo: words => words,
    never: () => NEVER,
    loaves: n => Array.from({ length: n }, (_, i) => new Uint8Array(64 * 1024).fill(i)),
  }).subscribe()
  t.teardown(() => serving.unsubscribe())
  return { a, b }
}

test.serial('`send`, `send_timeout`, 5 s default: a request waits for 5 s unless told otherwise', async t => {
  const { a, b } = await kitchen(t)
  t.is(await valueOf(a.remote.echo('hello')), 'hello')
  t.is((await errorOf(a.remote.never(undefined, { timeout: 30 }))).afterMs, 30)
  const call = firstValueFrom(b.incoming.never)
  const asking = a.remote.never().subscribe()
  const { deadline } = await call
  asking.unsubscribe()
  const left = deadline! - Date.now()
  t.true(left > 4_000 && left <= 5_000, `${left} ms`)
})

test.serial(
  '`wait_for_client_to_connect`, `wait_for_client_to_disconnect`, `client_connected`: connected(), disconnected() and status$ tell',
  async t => {
    const { a, b } = await kitchen(t)
    await within(valueOf(connected(b)), 'the connection')
    t.is((await firstValueFrom(b.status$))._tag, 'Connected')
    const end = firstValueFrom(disconnected(b))
    await valueOf(a.close())
    t.deepEqual(await within(end, 'the end'), { _tag: 'Disconnected' })
    t.is((await firstValueFrom(b.status$))._tag, 'Disconnected')
  },
)

const Other = contract('seed.Kitchen', {
  echo: request(io.string, io.number),
  never: request(io.void, io.string),
})
test.serial(
  '`schema_validated()`, its five outcomes, `is_success`, `assert_success`: schema$ says method by method, assertCompatible() fails',
  async t => {
    const verdicts = async (ours: object, theirs: object) => {
      const { a } = await meet(t, { uses: Kitchen, ...ours }, { serves: Kitchen, ...theirs })
      const report = await firstValueFrom(a.schema$)
      return [[...new Set(report.methods.map(({ verdict }) => verdict._tag))], report.compatible]
    }
    t.deepEqual(await verdicts({}, {}), [['Identical'], true])
    t.deepEqual(await verdicts({ validation: 'off' }, {}), [['Disabled'], true])
    t.deepEqual(await verdicts({}, { serves: Other, validation: 'off' }), [['Unverified'], true])
    const { a } = await meet(t, { uses: Kitchen }, { serves: Other })
    const report = await firstValueFrom(a.schema$)
    t.false(report.compatible)
    const echo = report.methods.find(({ method }) => method === 'echo')!.verdict
    t.is(echo._tag, 'Mismatched')
    t.true(echo._tag === 'Mismatched' && echo.differences.length > 0)
    const refused = await errorOf(of(a).pipe(assertCompatible()))
    t.deepEqual([refused._tag, refused.why], ['Refused', 'schema'])
    const { a: good } = await kitchen(t)
    t.is(await valueOf(of(good).pipe(assertCompatible())), good)
  },
)

test.serial('`rpc_call!`: expectTag() lets one variant of the reply through, and names any other', async t => {
  const { a, b } = await meet(t, { uses: Talk }, { serves: Talk })
  const handling = handleMessages(b, message =>
    message._tag === 'MakeMeASandwich'
      ? O.some({ _tag: 'ASandwich' as const, of: message.bread })
      : message._tag === 'GoodToHear'
        ? O.none
        : O.some(message),
  ).subscribe()
  t.teardown(() => handling.unsubscribe())
  const order = { _tag: 'MakeMeASandwich' as const, bread: 'rye' }
  t.deepEqual(await valueOf(a.remote.send(order).pipe(expectTag('ASandwich'))), { _tag: 'ASandwich', of: 'rye' })
  const wrong = await errorOf(a.remote.send(order).pipe(expectTag('GoodToHear')))
  t.is(wrong._tag, 'UnexpectedTag')
  t.regex(wrong.message, /expected GoodToHear, got ASandwich/)
  const begun = Date.now()
  t.is((await errorOf(a.remote.send({ _tag: 'GoodToHear' })))._tag, 'NoReply')
  t.true(Date.now() - begun < allowed(500))
})

test.serial('`rpc_call!` by typed methods: an answer of another shape is no answer', async t => {
  const { a } = await kitchen(t)
  const either = await valueOf(attempt(a.remote.echo('typed')))
  t.deepEqual(either, E.right('typed'))
  t.deepEqual(await toTaskEither(a.remote.echo('typed'))(), E.right('typed'))
  const left = await toTaskEither(a.remote.never(undefined, { timeout: 20 }))()
  t.is(E.isLeft(left) ? left.left._tag : 'none', 'Timeout')
})

test.serial(
  'hang-up on drop, clean versus faulty end: unsubscribing says goodbye, an abort does not pass for one',
  async t => {
    const ends = async (how: 'unsubscribe' | 'abort') => {
      const { dial, pipes$ } = memoryPipes()
      const end = firstValueFrom(
        pipes$.pipe(
          peer({ serves: Kitchen }),
          mergeMap(client => disconnected(client)),
        ),
      )
      const abort: Array<() => void> = []
      const client = dial
        .pipe(
          map(pipe => {
            abort.push(() => pipe.outgoing.error(new Error('pulled the plug')))
            return pipe
          }),
          peer({ uses: Kitchen }),
        )
        .subscribe({
          next: () =>
            setTimeout(() => {
              if (how === 'abort') abort[0]!()
              else client.unsubscribe()
            }, 5),
          error: () => undefined,
        })
      return within(end, 'the end')
    }
    t.deepEqual(await ends('unsubscribe'), { _tag: 'Disconnected' })
    const faulty = await ends('abort')
    t.is((faulty.error as { _tag: string })._tag, 'PipeError')
  },
)

test("feature flag for validation: validation: 'off' skips it", async t => {
  const { a } = await kitchen(t, { validation: 'off' })
  const { methods } = await firstValueFrom(a.schema$)
  t.true(methods.every(({ verdict }) => verdict._tag === 'Disabled'))
  t.is(await valueOf(a.remote.echo('on trust')), 'on trust')
})

test.serial('`IpcReceiverSet`, router: calls of many clients are merged and grouped like any Observable', async t => {
  const { dial, pipes$ } = memoryPipes()
  const calls$ = merged(pipes$.pipe(peer({ serves: Kitchen })), 'echo')
  const serving = calls$
    .pipe(
      groupBy(call => call.peer),
      mergeMap((one$, index) => one$.pipe(map(call => call.reply(`client ${index}: ${call.request}`)))),
    )
    .subscribe()
  t.teardown(() => serving.unsubscribe())
  const clients = await Promise.all([1, 2, 3].map(() => hold(t, dial.pipe(peer({ uses: Kitchen })))))
  const answers = await valueOf(
    merge(...clients.map(({ remote }) => concat(remote.echo('a'), remote.echo('b')))).pipe(toArray()),
  )
  t.deepEqual(answers.sort(), [
    'client 0: a',
    'client 0: b',
    'client 1: a',
    'client 1: b',
    'client 2: a',
    'client 2: b',
  ])
})

test.serial('bytes channel: stream(..., bytes) carries bytes as they are', async t => {
  const { a } = await kitchen(t)
  const loaves = await valueOf(a.remote.loaves(20).pipe(take(20), toArray()))
  t.is(loaves.length, 20)
  t.true(loaves.every((loaf, i) => loaf instanceof Uint8Array && loaf.length === 65_536 && loaf.every(b => b === i)))
})
