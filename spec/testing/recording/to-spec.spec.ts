import { readFileSync } from 'node:fs'
import test from 'ava'
import { format, resolveConfig } from 'prettier'
import * as io from 'io-ts'
import { concat, ignoreElements, map, merge, mergeMap, of, take, throwError, timer } from 'rxjs'
import { answer, bytes, contract, linear, peer, reconnect, request, serve, stream } from 'sluice'
import {
  conversation,
  cutAt,
  marbles,
  readRecording,
  record,
  Recorder,
  RecordingError,
  toSpec,
  type AvaLike,
  type SpecOptions,
} from 'sluice/testing'
import { Kitchen } from '../../peer/kitchen.js'
import { answering, have, once, tagged, talk, type Having } from './talk.js'

const kitchen = { contract: Kitchen, name: 'Kitchen', module: '../../peer/kitchen.js' }

/** What was recorded of a conversation, as a spec. */
const specOf = (
  t: AvaLike,
  what: Parameters<typeof have>[1],
  options: Partial<SpecOptions> = {},
  having: Having = {},
): string => toSpec(have(t, what, having).dialled.file(), { contract: kitchen, ...options })

/** The calls in a spec. */
const callsIn = (spec: string): string => /conversation\([^[]*\[\n([^]*?)\]\)\n\n/.exec(spec)?.[1] ?? ''

test('a conversation with everything in it is the spec that lies beside this one', async t => {
  const place = new URL('./printed.spec.ts', import.meta.url)
  const config = await resolveConfig(place)
  const text = await format(specOf(t, talk), { ...config, parser: 'typescript' })
  t.is(text, readFileSync(place, 'utf8'))
})

test('a call is a line, or as many as its values take', t => {
  t.is(
    callsIn(specOf(t, ({ remote }) => remote.greet('Ann'))),
    "  { method: 'greet', at: 20, input: 'Ann', outputs: '25ms (a|)', values: { a: 'hello, Ann' }, timeout: 5000 },\n",
  )
  const long = 'a long way to say hello '.repeat(4)
  t.is(
    callsIn(specOf(t, ({ remote }) => remote.greet(long))),
    `  {
    method: 'greet',
    at: 20,
    input: '${long}',
    outputs: '25ms (a|)',
    values: {
      a: 'hello, ${long}',
    },
    timeout: 5000,
  },
`,
  )
})

test('equal values are one letter, and what comes at once is one', t => {
  const items = { ticks: () => concat(of(1, 1, 1), timer(5).pipe(map(() => 1)), timer(5).pipe(map(() => 2))) }
  t.is(
    callsIn(specOf(t, ({ remote }) => remote.ticks(0), {}, { serving: answering(items) })),
    "  { method: 'ticks', at: 20, input: 0, outputs: '20ms a----b----(c|)', values: { a: several(1, 1, 1), b: 1, c: 2 } },\n",
  )
})

test('there is a letter for every value, however many there are', t => {
  const many = { ticks: (n: number) => merge(...Array.from({ length: n }, (_, i) => timer(i).pipe(map(() => i)))) }
  const spec = specOf(t, ({ remote }) => remote.ticks(400), {}, { serving: answering(many) })
  t.regex(spec, /outputs: '20ms [^ ]{400}\|'|outputs: '20ms [^ ]{399}\([^ ]\|\)'/)
  t.regex(spec, / {6}.: 399,\n/)
})

test('what is answered in the millisecond in which it was asked comes one later', t => {
  const now = { greet: (name: string) => name }
  const spec = specOf(
    t,
    ({ remote }) => concat(remote.greet('a'), remote.greet('b')),
    {},
    {
      serving: answering(now),
      wire: { latency: 0 },
    },
  )
  t.is(
    callsIn(spec).replaceAll(/, (values|timeout).*/g, ''),
    "  { method: 'greet', at: 0, input: 'a', outputs: '-(a|)'\n  { method: 'greet', at: 2, input: 'b', outputs: '-(a|)'\n",
  )
})

test('failures, other errors, metadata, credit, deadlines and events', t => {
  const fail = { greet: () => throwError(() => new RangeError('no "such" guest')) }
  const spec = specOf(
    t,
    ({ remote }) =>
      concat(
        remote.bake(-2).pipe(tagged),
        remote.greet('x', { metadata: { trace: 'y' }, timeout: Infinity }).pipe(tagged),
        remote.ticks(1, { credit: { items: 3, bytes: 100 } }),
        remote.shout('hey'),
      ),
    {},
    { serving: answering(fail) },
  )
  t.deepEqual(callsIn(spec).match(/(failure|error|metadata|credit): .*?[^,]*?\}|method: 'shout'.*/g), [
    "failure: { _tag: 'OutOfBread', left: 2 }",
    `error: { name: 'RangeError', message: 'no "such" guest' }`,
    "metadata: { trace: 'y' }",
    'credit: { items: 3, bytes: 100 }',
    "method: 'shout', at: 86, input: 'hey' },",
  ])
  t.is(spec.match(/timeout: 5000/g)?.length, 1)
})

test('what the played end grants is written down, what the other does is its own affair', t => {
  const ask = ({ remote }: Parameters<typeof talk>[0]) => remote.ticks(9, { credit: { items: 4 } })
  const having: Having = { serving: answering({ ticks: (n: number) => Array.from({ length: n }, (_, i) => i) }) }
  t.regex(specOf(t, ask, { tests: 'accepted' }, having), /grants: \[\[\d+, 2, \d+\], \[\d+, 2, \d+\]/)
  t.notRegex(specOf(t, ask, { tests: 'dialled' }, having), /grants/)
})

test('the code under test may be a function, a table of handlers, or nothing yet', t => {
  const ask = ({ remote }: Parameters<typeof talk>[0]) => remote.greet('Ann')
  const code = { name: 'kitchen', module: './kitchen.js' }
  const [standIn, subject, handlers] = [
    specOf(t, ask),
    specOf(t, ask, { subject: code }),
    specOf(t, ask, { tests: 'accepted', handlers: code }),
  ]
  t.regex(
    standIn ?? '',
    /const underTest = asRecorded\(recorded, 'dialled', \[Kitchen\]\)[^]*mergeMap\(underTest\)[^]*plays: 'accepted'/,
  )
  t.regex(
    subject ?? '',
    /import \{ kitchen \} from '\.\/kitchen\.js'[^]*peer\(\{ uses: Kitchen, random \}\), mergeMap\(kitchen\)/,
  )
  t.notRegex(subject ?? '', /asRecorded/)
  t.regex(
    handlers ?? '',
    /peer\(\{ serves: Kitchen, random \}\), mergeMap\(far => serve\(far, kitchen\)\)[^]*plays: 'dialled'/,
  )
})

test('a title of one’s own, or one that names the methods', t => {
  const titled = (options: Partial<SpecOptions> = {}, what = talk) =>
    /\ntest\(['"](.*)['"], t/.exec(specOf(t, what, options))?.[1]
  t.is(titled({ title: "Ann's sandwich" }), "Ann's sandwich")
  t.is(
    titled({}, ({ remote }) => remote.greet('Ann')),
    'greet goes as recorded',
  )
  t.is(
    titled({}, ({ remote }) => concat(remote.greet('Ann'), remote.bake(1))),
    'greet and bake go as recorded',
  )
  t.is(titled(), 'greet, bake, ticks, weigh and 2 more go as recorded')
})

test('a session of several pipes is written as one, and one of several sessions can be chosen', t => {
  const resumed = specOf(
    t,
    ({ remote }) => remote.ticks(12),
    {},
    {
      wire: { left: once(cutAt({ when: timer(63) })) },
      dial: reconnect(linear({ every: 20 })),
    },
  )
  t.regex(resumed, /\/\/ The session went over 2 pipes; here it is over one\./)
  t.regex(resumed, /values: \{ a: 0, b: 1, c: 2, d: 3, e: several\(4, 5, 6, 7, 8, 9, 10, 11\) \}/)
  let recorder: Recorder | undefined
  marbles(t, ({ wire, run }) => {
    const { dial, pipes$ } = wire()
    const made = (recorder = new Recorder({ contracts: Kitchen }))
    run(pipes$.pipe(map(record(made)), peer({ serves: Kitchen }), answering()))
    for (const name of ['Ann', 'Bob'])
      run(
        dial.pipe(
          peer({ uses: Kitchen }),
          mergeMap(({ remote }) => remote.greet(name)),
          take(1),
        ),
      )
  })
  const second = toSpec(recorder!.file(), { contract: kitchen, session: 1 })
  t.regex(callsIn(second), /input: 'Bob'/)
  t.notRegex(callsIn(second), /Ann/)
  t.regex(second, /\/\/ The recording has 2 pipes, of which this is 1\./)
  t.throws(() => toSpec(recorder!.file(), { contract: kitchen, session: 2 }), { message: /no session 2: there are 2/ })
})

test('two contracts, and calls both ways', t => {
  const Diner = contract('spec.Diner', { taste: request(io.string, io.number) })
  let recorder: Recorder | undefined
  marbles(t, ({ wire, run }) => {
    const { dial, pipes$ } = wire()
    const made = (recorder = new Recorder({ contracts: [Kitchen, Diner] }))
    run(
      pipes$.pipe(
        peer({ serves: Kitchen, uses: Diner }),
        mergeMap(({ incoming, remote }) =>
          incoming.greet.pipe(answer(name => remote.taste(name).pipe(map(n => `${name}: ${n}`)))),
        ),
      ),
    )
    run(
      dial.pipe(
        map(record(made)),
        peer({ uses: Kitchen, serves: Diner }),
        mergeMap(({ incoming, remote }) =>
          merge(
            incoming.taste.pipe(
              answer(dish => dish.length),
              ignoreElements(),
            ),
            remote.greet('soup'),
          ),
        ),
        take(1),
      ),
    )
  })
  const diner = { contract: Diner, name: 'Diner', module: './diner.js' }
  const spec = toSpec(recorder!.file(), { contract: [kitchen, diner] })
  t.regex(spec, /conversation\(\{ uses: Kitchen, serves: Diner \}, \[/)
  t.regex(spec, /\{ method: 'taste', at: 40, input: 'soup'/)
  t.regex(spec, /import \{ Diner \} from '\.\/diner\.js'\n/)
  t.regex(spec, /peer\(\{ uses: Kitchen, serves: Diner, random \}\)/)
  t.throws(() => toSpec(recorder!.file(), { contract: kitchen }), {
    message: /a call of spec\.Diner was recorded: name that contract/,
  })
})

test('what cannot be written is refused, with the reason', t => {
  const refused = (make: () => unknown) => t.throws(make, { instanceOf: RecordingError })?.message ?? ''
  const { dialled } = have(t, ({ remote }) => remote.greet('Ann'), { recorder: { redact: 'payloads' } })
  t.regex(
    refused(() => toSpec(dialled.file(), { contract: kitchen })),
    /spec\.Kitchen\.greet was left out of the recording/,
  )
  t.regex(
    refused(() => toSpec(Uint8Array.of(1), { contract: kitchen })),
    /this is no recording/,
  )
  t.regex(
    refused(() => toSpec(new Recorder().file(), { contract: kitchen })),
    /no session 0/,
  )
  const blind = have(t, ({ remote }) => remote.greet('Ann'), { recorder: { contracts: [] } }).dialled.file()
  const Other = {
    contract: contract('spec.Other', { x: request(io.string, io.string) }),
    name: 'Other',
    module: './x.js',
  }
  t.regex(
    refused(() => toSpec(blind, { contract: Other })),
    /spec\.Kitchen is not described: give the contract that was recorded/,
  )
  t.notThrows(() => toSpec(blind, { contract: kitchen }))
})

test('bytes and long texts are written short where they can be', t => {
  const Store = contract('spec.Store', { swap: request(bytes, bytes), all: stream(io.string, io.string) })
  let recorder: Recorder | undefined
  marbles(t, ({ wire, run }) => {
    const { dial, pipes$ } = wire()
    const made = (recorder = new Recorder({ contracts: Store }))
    run(
      pipes$.pipe(
        peer({ serves: Store }),
        mergeMap(each => serve(each, { swap: payload => payload, all: text => [text] })),
      ),
    )
    run(
      dial.pipe(
        map(record(made)),
        peer({ uses: Store }),
        mergeMap(({ remote }) => concat(remote.swap(new Uint8Array(100_000).fill(7)), remote.all('z'.repeat(500)))),
        take(2),
      ),
    )
  })
  const spec = toSpec(recorder!.file(), { contract: { contract: Store, name: 'Store', module: './store.js' } })
  t.regex(spec, /input: new Uint8Array\(100000\)\.fill\(7\)/)
  t.regex(spec, /'z'\.repeat\(500\)/)
  t.true(spec.length < 2_000)
})

test('a conversation that was written by hand is printed as it was', t => {
  const made = conversation({ uses: Kitchen }, [
    { method: 'greet', at: 7, input: 'Ann', outputs: '---(a|)', values: { a: 'hi' } },
  ])
  t.is(
    callsIn(toSpec(made, { contract: kitchen })),
    "  { method: 'greet', at: 7, input: 'Ann', outputs: '---(a|)', values: { a: 'hi' } },\n",
  )
  t.is(readRecording(have(t).dialled.file()).startedAt, 0)
})
