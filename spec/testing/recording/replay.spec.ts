import test from 'ava'
import * as io from 'io-ts'
import {
  catchError,
  concat,
  endWith,
  ignoreElements,
  interval,
  map,
  merge,
  mergeMap,
  NEVER,
  type Observable,
  of,
  range,
  take,
  takeUntil,
  tap,
  timer,
} from 'rxjs'
import {
  answer,
  bytes,
  contract,
  linear,
  paced,
  peer,
  reconnect,
  request,
  serve,
  stream,
  type Peer,
  type PeerOptions,
  type Transport,
} from 'sluice'
import {
  cutAt,
  marbles,
  record,
  Recorder,
  RecordingError,
  replay,
  replayAgainst,
  ReplayMismatch,
  type AvaLike,
  type MarbleHelpers,
  type ReplayOptions,
} from 'sluice/testing'
import { Kitchen } from '../../peer/kitchen.js'
import { answering, have, once, read, tagged, talk } from './talk.js'

type Kitchens = Peer<typeof Kitchen>

const client =
  (what: (kitchen: Kitchens) => Observable<unknown>, options: PeerOptions<any, any> = {}) =>
  (pipes$: Transport) =>
    pipes$.pipe(
      peer({ uses: Kitchen, ...options }),
      mergeMap(kitchen => what(kitchen as Kitchens)),
    )

const server = (others: Parameters<typeof answering>[0] = {}, options: PeerOptions<any, any> = {}) => {
  return (pipes$: Transport) => pipes$.pipe(peer({ serves: Kitchen, ...options }), answering(others))
}

/** How a recording fares against an end, in virtual time. */
const outcome = (
  t: AvaLike,
  end: (pipes$: Transport) => Observable<unknown>,
  recording: Parameters<typeof replay>[0],
  options: ReplayOptions = {},
): string => {
  const outcomes: string[] = []
  marbles(t, ({ run }) => run(replayAgainst(end, recording, options).pipe(tap(each => outcomes.push(each)))))
  return outcomes.join(' and ') || 'it never ended'
}

/** What comes of something in virtual time, each with its moment. */
const timed = (t: AvaLike, make: (helpers: MarbleHelpers) => Observable<unknown>): readonly string[] => {
  const lines: string[] = []
  marbles(t, helpers => {
    const { run, scheduler } = helpers
    const note = (what: unknown) => lines.push(`${scheduler.now()} ${String(what)}`)
    run(
      make(helpers).pipe(
        tap({ next: note, complete: () => note('end') }),
        catchError((error: unknown) => of(note((error as { readonly _tag: string })._tag))),
      ),
    )
  })
  return lines
}

test('a client has the same conversation with the recording, at the same times', t => {
  const { dialled } = have(t)
  const had = timed(t, ({ peers }) => {
    const { client$ } = peers(Kitchen, kitchen => of(kitchen).pipe(answering()))
    return client$.pipe(mergeMap(talk))
  })
  t.is(had.length, 11)
  t.is(had[0], '45 hello, Ann')
  t.deepEqual(
    timed(t, () => client(talk)(replay(dialled.file()))),
    [...had, '145 end'],
  )
})

test('a server is asked the same, at the same times, and the listener ends when all was played', t => {
  const { accepted } = have(t, ({ remote }) =>
    concat(remote.greet('Ann'), timer(20).pipe(mergeMap(() => remote.greet('Bob')))),
  )
  marbles(t, ({ expectObservable }) => {
    const asked$ = replay(accepted.file()).pipe(
      peer({ serves: Kitchen }),
      mergeMap(kitchen =>
        kitchen.incoming.greet.pipe(tap(call => call.reply(timer(5).pipe(map(() => `hello, ${call.request}`))))),
      ),
      map(call => call.request),
      endWith('end'),
    )
    expectObservable(asked$).toBe('30ms a 44ms b 24ms (c|)', { a: 'Ann', b: 'Bob', c: 'end' })
  })
})

test('either end can be played, whichever was recorded', t => {
  const { dialled, accepted } = have(t)
  for (const recorder of [dialled, accepted]) {
    t.is(outcome(t, client(talk), recorder.file(), { plays: 'accepted' }), 'as recorded')
    t.is(outcome(t, server(), recorder.file(), { plays: 'dialled' }), 'as recorded')
  }
})

test('what is played comes later where the end under test is later', t => {
  const { dialled } = have(t, ({ remote }) => remote.greet('Ann'))
  marbles(t, ({ expectObservable }) => {
    const late = client(({ remote }) => timer(300).pipe(mergeMap(() => remote.greet('Ann'))))
    // the peer is there at 20; an answer takes 25 as it did
    expectObservable(late(replay(dialled.file())).pipe(take(1))).toBe('345ms (a|)', { a: 'hello, Ann' })
  })
})

test('at a fast pace nothing is waited for but what the end under test says', t => {
  const { dialled } = have(t, ({ remote }) => concat(remote.greet('Ann'), remote.ticks(3)))
  marbles(t, ({ expectObservable }) => {
    const values$ = client(({ remote }) => concat(remote.greet('Ann'), remote.ticks(3)))(
      replay(dialled.file(), { pace: 'fast' }),
    )
    expectObservable(values$).toBe('(abcd|)', { a: 'hello, Ann', b: 0, c: 1, d: 2 })
  })
})

test('in real time too', async t => {
  const { dialled } = have(t)
  const values: unknown[] = []
  await new Promise<void>((resolve, reject) => {
    client(talk)(replay(dialled.file(), { pace: 'fast' })).subscribe({
      next: value => values.push(value),
      error: reject,
      complete: resolve,
    })
  })
  t.deepEqual(
    values.filter(value => typeof value === 'string'),
    ['hello, Ann', 'Failure', 'A', 'B'],
  )
})

test('a played server says goodbye when all was said, to a client that does not leave by itself', t => {
  const { dialled } = have(t, ({ remote }) => remote.greet('Ann'))
  const stays = client(({ remote, status$ }) => merge(remote.greet('Ann'), status$.pipe(map(status => status._tag))))
  t.deepEqual(
    timed(t, () => stays(replay(dialled.file()))),
    ['20 Connected', '45 hello, Ann', '45 Disconnected', '45 end'],
  )
})

test('what is asked otherwise is told: which call, what was expected, what came, and where they part', t => {
  const { dialled } = have(t, ({ remote }) => concat(remote.greet('Ann'), remote.bake(3)))
  const other = client(({ remote }) => concat(remote.greet('Ann'), remote.bake(4)))
  t.is(
    outcome(t, other, dialled.file()),
    `this end said something else than was recorded in spec.Kitchen.bake (call 3)
  expected  Open bake 3, with a time-out
  got       Open bake 4, with a time-out
  recorded  O
  said      O
            ^
find out why, or record anew if it is meant`,
  )
})

test('what is answered otherwise is told, as far as it went well', t => {
  const { accepted } = have(t, ({ remote }) => remote.ticks(4))
  const other = server({
    ticks: (count: number) =>
      interval(5).pipe(
        take(count),
        map(i => (i === 2 ? 20 : i)),
      ),
  })
  t.is(
    outcome(t, other, accepted.file()),
    `this end said something else than was recorded in spec.Kitchen.ticks (call 1)
  expected  Next 2
  got       Next 20
  recorded  N N N N C
  said      N N N
                ^
find out why, or record anew if it is meant`,
  )
})

test('each thing that an end may say otherwise is noticed', t => {
  const { accepted, dialled } = have(t, talk)
  const asks = (others: (kitchen: Kitchens) => Observable<unknown>) => outcome(t, client(others), dialled.file())
  const answers = (others: Parameters<typeof answering>[0]) => outcome(t, server(others), accepted.file())
  const failure = (left: number) => () => {
    throw { _tag: 'OutOfBread', left }
  }
  const noticed: readonly (readonly [string, RegExp])[] = [
    [answers({ greet: () => 'hi' }), /expected {2}Reply 'hello, Ann'\n {2}got {7}Reply 'hi'/],
    [answers({ greet: failure(1) }), /got {7}Fail DEFECT/],
    [answers({ greet: () => NEVER }), /expected {2}Reply 'hello, Ann'\n {2}got {7}Fail TIMEOUT/],
    [answers({ bake: failure(4) }), /left: 3 }\n {2}got {7}Fail FAILURE \{ _tag: 'OutOfBread', left: 4 }/],
    [answers({ bake: () => 'baked' }), /expected {2}Fail FAILURE.*\n {2}got {7}Reply 'baked'/],
    [answers({ bake: () => new Promise(() => undefined) }), /got {7}nothing/],
    [answers({ ticks: (n: number) => range(0, n - 1) }), /expected {2}Next 2\n {2}got {7}Complete/],
    [
      answers({ ticks: (n: number) => concat(interval(5).pipe(take(n)), NEVER) }),
      /expected {2}Complete\n {2}got {7}nothing/,
    ],
    [answers({ weigh: () => 6.5 }), /expected {2}Reply 6\n {2}got {7}Reply 6\.5/],
    [answers({ chat: (lines$: Observable<string>) => lines$ }), /expected {2}Next 'A'\n {2}got {7}Next 'a'/],
    [
      asks(({ remote }) => remote.greet('Ann')),
      /expected {2}Open greet 'Ann' with \{ trace: 'xyz' }.*\n.*Open greet 'Ann', with/,
    ],
    [
      asks(({ remote }) => remote.greet('Ann', { metadata: { trace: 'xyz' }, timeout: Infinity })),
      /, with a time-out\n.*'xyz' }$/m,
    ],
    [asks(({ remote }) => remote.ticks(3)), /expected {2}Open greet .*\n {2}got {7}Open ticks 3/],
    [asks(() => NEVER), /did not say what was recorded \(for 5000 ms\) in spec.Kitchen.greet \(call 1\)\n.*Open greet/],
    [asks(kitchen => kitchen.close()), /\(it said goodbye instead\)/],
    [
      asks(kitchen => concat(talk(kitchen), kitchen.remote.greet('Bob'))),
      /a call that was not recorded\n.*7 calls and no more\n.*'Bob'/,
    ],
  ]
  for (const [text, pattern] of noticed) t.regex(text, pattern)
  t.is(asks(talk), 'as recorded')
  t.is(answers({}), 'as recorded')
})

test('a call that is given up where it was not is noticed, and one that is not where it was', t => {
  const { dialled: whole } = have(t, ({ remote }) => remote.ticks(5))
  const early = client(({ remote }) => concat(remote.ticks(5).pipe(take(2)), NEVER))
  t.regex(outcome(t, early, whole.file()), /expected {2}no more\n {2}got {7}Cancel/)
  const { dialled: part } = have(t, ({ remote }) =>
    concat(remote.ticks(5).pipe(take(2)), timer(30).pipe(ignoreElements())),
  )
  const on = client(({ remote }) => concat(remote.ticks(5), NEVER))
  t.regex(outcome(t, on, part.file()), /expected {2}Cancel\n {2}got {7}nothing/)
})

test('a server that is ahead when a call is given up has done nothing wrong', t => {
  const { accepted } = have(t, ({ remote }) => remote.ticks(100).pipe(takeUntil(timer(47))))
  const faster = server({ ticks: (count: number) => interval(3).pipe(take(count)) })
  t.is(outcome(t, faster, accepted.file()), 'as recorded')
  const fewer = server({ ticks: () => concat(of(0, 1), NEVER) })
  t.regex(outcome(t, fewer, accepted.file()), /expected {2}Next 2\n {2}got {7}nothing/)
})

test('the transport fails with the difference, and nobody dials again after that', t => {
  const { dialled, accepted } = have(t, ({ remote }) => remote.greet('Ann'))
  const errorOf = (pipes$: Transport, end: (pipes$: Transport) => Observable<unknown>) => {
    const heard: unknown[] = []
    timed(t, () => end(pipes$.pipe(tap({ error: (error: unknown) => heard.push(error) }))).pipe(ignoreElements()))
    return heard
  }
  const other = client(({ remote }) => remote.greet('Bob'))
  for (const heard of [
    errorOf(replay(dialled.file()), other),
    errorOf(replay(dialled.file()).pipe(reconnect(linear({ every: 10 }))), other),
    errorOf(replay(accepted.file()), server({ greet: () => 'hi' })),
  ]) {
    t.is(heard.length, 1)
    t.true(heard[0] instanceof ReplayMismatch)
    t.like(heard[0], { final: true, details: { call: 'spec.Kitchen.greet (call 1)' } })
  }
})

test('a secret can be proved, and need not be, whatever was recorded', t => {
  const secret = Uint8Array.from({ length: 32 }, (_, i) => i)
  const layer = <P>(pipe: P) => ({ ...pipe, secret })
  const { dialled } = have(t, ({ remote }) => remote.greet('Ann'), { wire: { left: layer, right: layer } })
  const asks = client(({ remote }) => remote.greet('Ann'))
  for (const options of [{}, { secret }, { plays: 'dialled' }, { plays: 'dialled', secret }] as const) {
    const end = 'plays' in options ? server() : asks
    t.is(outcome(t, end, dialled.file(), options), 'as recorded')
  }
  // both ends have to know it
  const wrong = (pipes$: Transport) =>
    pipes$.pipe(
      map(pipe => ({ ...pipe, secret: secret.map(byte => byte ^ 1) })),
      asks,
    )
  t.regex(outcome(t, wrong, dialled.file(), { secret }), /does not know the secret/)
})

test('another version of the contract replays as long as its values are the same', t => {
  const clock = <C extends io.Mixed>(at: C) =>
    contract('spec.Clock', { at: request(at, io.type({ h: io.number, m: io.number })) })
  const Then = clock(io.type({ day: io.number, zone: io.string }))
  const talkTo = (uses: typeof Then, day: number) => (pipes$: Transport) =>
    pipes$.pipe(
      peer({ uses }),
      mergeMap(({ remote }) => remote.at({ day, zone: 'UTC' })),
    )
  let recorder: Recorder | undefined
  const recordWith = (contracts: readonly (typeof Then)[]) =>
    marbles(t, ({ wire, run }) => {
      const { dial, pipes$ } = wire()
      const made = (recorder = new Recorder({ contracts }))
      run(
        pipes$.pipe(
          peer({ serves: Then }),
          mergeMap(each => serve(each, { at: ({ day }) => ({ h: day, m: 0 }) })),
        ),
      )
      run(talkTo(Then, 3)(dial.pipe(map(record(made)))).pipe(take(1)))
    })
  const Reordered = clock(io.type({ zone: io.string, day: io.number }))
  recordWith([Then])
  const file = recorder!.file()
  t.is(outcome(t, talkTo(Reordered as never, 3), file), 'as recorded')
  t.regex(
    outcome(t, talkTo(Reordered, 4), file),
    /expected {2}Open at \{ day: 3, zone: 'UTC' }.*\n.*\{ zone: 'UTC', day: 4 }/,
  )
  const Changed = clock(io.type({ day: io.string, zone: io.string }))
  const changed = (pipes$: Transport) =>
    pipes$.pipe(
      peer({ uses: Changed }),
      mergeMap(({ remote }) => remote.at({ day: '3', zone: 'UTC' }).pipe(tagged)),
    )
  t.regex(outcome(t, changed, file), /did not say|said goodbye/)
  t.deepEqual(timed(t, () => changed(replay(file))).map(line => line.replace(/^\d+ /, ''))[0], 'SchemaMismatch')
  recordWith([])
  t.regex(
    outcome(t, talkTo(Reordered, 3), recorder!.file()),
    /another version of spec\.Clock .* record with \{ contracts }/,
  )
  t.is(outcome(t, talkTo(Then, 3), recorder!.file()), 'as recorded')
})

test('a pipe that broke breaks again, and the session is to go on as it did', t => {
  const ticks = ({ remote }: Kitchens) => remote.ticks(12)
  const { dialled, accepted, said } = have(t, ticks, {
    wire: { left: once(cutAt({ when: timer(63) })) },
    dial: reconnect(linear({ every: 20 })),
  })
  const again = (pipes$: Transport) =>
    client(ticks)(pipes$.pipe(reconnect(linear({ every: 20 }), { afterGoodbye: false })))
  t.is(outcome(t, again, dialled.file()), 'as recorded')
  t.is(outcome(t, server(), accepted.file()), 'as recorded')
  const lines = timed(t, () => again(replay(dialled.file())))
  t.deepEqual(
    lines.map(line => Number(line.split(' ')[1])).filter(value => !isNaN(value)),
    said,
  )
  // recorded: an item every five milliseconds, but for the time without a pipe
  t.deepEqual([lines[0], lines[3], lines[4]], ['45 0', '60 3', '113 4'])
  t.regex(
    outcome(t, client(ticks), dialled.file()),
    /expected {2}the session to go on over|expected {2}the session to go on for 5000 ms: dial with reconnect\(\)/,
  )
  const anew = (pipes$: Transport) =>
    client(kitchen => ticks(kitchen).pipe(catchError(() => NEVER)), { resume: false })(
      pipes$.pipe(reconnect(linear({ every: 20 }), { afterGoodbye: false })),
    )
  t.regex(
    outcome(t, anew, dialled.file()),
    /expected {2}the session to go on: dial with reconnect\(\)\n {2}got {7}a new session/,
  )
})

test('a far end that was killed ends without a goodbye', t => {
  const { dialled } = have(t, ({ remote }) => remote.greet('Ann').pipe(tagged), {
    wire: { left: once(cutAt({ when: timer(30) })) },
  })
  t.deepEqual(
    timed(t, () => client(({ remote }) => remote.greet('Ann').pipe(tagged))(replay(dialled.file()))),
    ['30 Disconnected', '30 PipeError'],
  )
})

test('an end that was refused is refused again', t => {
  const Other = contract('spec.Kitchen', { greet: request(io.number, io.number) })
  const refused: string[] = []
  let recorder: Recorder | undefined
  const asks = (pipes$: Transport) =>
    pipes$.pipe(
      peer({ uses: Other }),
      mergeMap(({ remote }) => remote.greet(1)),
    )
  marbles(t, ({ wire, run }) => {
    const { dial, pipes$ } = wire()
    const made = (recorder = new Recorder({ contracts: Other }))
    run(pipes$.pipe(peer({ serves: Kitchen, validation: 'require' })))
    run(
      asks(dial.pipe(map(record(made)))).pipe(
        catchError((error: unknown) => of(refused.push((error as Error).message))),
      ),
    )
  })
  const lines = timed(t, () =>
    asks(replay(recorder!.file())).pipe(catchError((error: unknown) => of((error as Error).message))),
  )
  t.is(refused.length, 1)
  t.regex(lines[0] ?? '', /^\d+ .*validation is required/)
})

test('a listener is given a pipe for each client, when it came', t => {
  let recorder: Recorder | undefined
  marbles(t, ({ wire, run }) => {
    const { dial, pipes$ } = wire()
    const made = (recorder = new Recorder({ contracts: Kitchen }))
    run(server()(pipes$.pipe(map(record(made)))))
    for (const ms of [0, 100, 105])
      run(
        timer(ms).pipe(
          mergeMap(() => client(({ remote }) => remote.greet(`guest ${ms}`))(dial)),
          take(1),
        ),
      )
  })
  const file = recorder!.file()
  t.is(outcome(t, server(), file), 'as recorded')
  const came = timed(t, () =>
    replay(file).pipe(
      map(pipe => pipe.end),
      tap(() => undefined),
    ),
  )
  t.deepEqual(came.slice(0, 3), ['0 accepted', '100 accepted', '105 accepted'])
  const other = server({
    greet: (name: string) => timer(5).pipe(map(() => (name === 'guest 105' ? 'hi' : `hello, ${name}`))),
  })
  t.regex(outcome(t, other, file), /expected {2}Reply 'hello, guest 105'\n {2}got {7}Reply 'hi'/)
})

test('calls go both ways', t => {
  const Diner = contract('spec.Diner', { taste: request(io.string, io.number) })
  let recorder: Recorder | undefined
  const host = (pipes$: Transport) =>
    pipes$.pipe(
      peer({ serves: Kitchen, uses: Diner }),
      mergeMap(({ incoming, remote }) =>
        incoming.greet.pipe(answer(name => remote.taste(name).pipe(map(n => `${name}: ${n}`)))),
      ),
    )
  const guest = (rate: (dish: string) => number) => (pipes$: Transport) =>
    pipes$.pipe(
      peer({ uses: Kitchen, serves: Diner }),
      mergeMap(({ incoming, remote }) =>
        merge(incoming.taste.pipe(answer(rate), ignoreElements()), remote.greet('soup')),
      ),
      take(1),
    )
  marbles(t, ({ wire, run }) => {
    const { dial, pipes$ } = wire()
    const made = (recorder = new Recorder())
    run(host(pipes$))
    run(guest(dish => dish.length)(dial.pipe(map(record(made)))))
  })
  const file = recorder!.file()
  t.is(
    outcome(
      t,
      guest(dish => dish.length),
      file,
    ),
    'as recorded',
  )
  t.is(outcome(t, host, file, { plays: 'dialled' }), 'as recorded')
  t.regex(
    outcome(
      t,
      guest(() => 0),
      file,
    ),
    /spec\.Diner\.taste \(call 2\)/,
  )
})

test('an end that takes its time grants credit later, and gets the next items then', t => {
  const items = ({ remote }: Kitchens) => remote.ticks(20, { credit: { items: 4 } })
  const { dialled } = have(t, kitchen => items(kitchen), {
    serving: answering({ ticks: (n: number) => Array.from({ length: n }, (_, i) => i) }),
  })
  const slow = client(kitchen => paced(items(kitchen), item => timer(100).pipe(map(() => item)), 1))
  const lines = timed(t, () => slow(replay(dialled.file())))
  t.deepEqual(
    lines.slice(0, 20).map(line => line.split(' ')[1]),
    Array.from({ length: 20 }, (_, i) => String(i)),
  )
  t.is(lines[19], '2040 19')
  const never = client(kitchen => paced(items(kitchen), () => NEVER, 1))
  t.regex(outcome(t, never, dialled.file()), /expected {2}credit for the next item for 5000 ms/)
})

test('a message in parts is compared as a whole, however it is cut', t => {
  const Store = contract('spec.Store', { swap: request(bytes, bytes), all: stream(bytes, bytes) })
  const long = Uint8Array.from({ length: 3_000 }, (_, i) => i)
  let recorder: Recorder | undefined
  const keeper =
    (fragmentBytes: number, last = 9) =>
    (pipes$: Transport) =>
      pipes$.pipe(
        peer({ serves: Store, fragmentBytes }),
        mergeMap(each =>
          serve(each, { swap: payload => payload.slice().fill(last, 2_999), all: payload => [payload, payload] }),
        ),
      )
  const customer =
    (fragmentBytes: number, first = 0) =>
    (pipes$: Transport) =>
      pipes$.pipe(
        peer({ uses: Store, fragmentBytes }),
        mergeMap(({ remote }) => concat(remote.swap(long.slice().fill(first, 0, 1)), remote.all(long))),
        take(3),
      )
  marbles(t, ({ wire, run }) => {
    const { dial, pipes$ } = wire()
    const made = (recorder = new Recorder({ contracts: Store }))
    run(keeper(1_000)(pipes$))
    run(customer(700)(dial.pipe(map(record(made)))))
  })
  const file = recorder!.file()
  for (const size of [500, 700, 100_000]) {
    t.is(outcome(t, customer(size), file), 'as recorded')
    t.is(outcome(t, keeper(size), file, { plays: 'dialled' }), 'as recorded')
  }
  t.regex(outcome(t, customer(700, 1), file), /Open swap/)
  t.regex(outcome(t, keeper(700, 8), file, { plays: 'dialled' }), /expected {2}Reply/)
})

test('what was left out is not compared, and cannot be played', t => {
  const { dialled } = have(t, ({ remote }) => remote.greet('Ann'), {
    recorder: { redact: ({ part, value }) => (part === 'input' ? Symbol() : value) },
  })
  t.is(
    outcome(
      t,
      client(({ remote }) => remote.greet('whoever')),
      dialled.file(),
    ),
    'as recorded',
  )
  t.regex(
    outcome(
      t,
      client(({ remote }) => remote.bake(1)),
      dialled.file(),
    ),
    /expected {2}Open, whatever it carries/,
  )
  t.regex(outcome(t, server(), dialled.file(), { plays: 'dialled' }), /greet was left out, and cannot be said again/)
})

test('a redacted conversation replays with the values that were put in', t => {
  const { dialled } = have(t, ({ remote }) => remote.greet('Ann'), {
    recorder: { redact: ({ value }) => (typeof value === 'string' ? value.replace('Ann', 'NAME') : value) },
  })
  t.is(
    outcome(
      t,
      client(({ remote }) => remote.greet('NAME')),
      dialled.file(),
    ),
    'as recorded',
  )
  t.is(outcome(t, server(), dialled.file(), { plays: 'dialled' }), 'as recorded')
})

test('a recording whose first calls were forgotten replays from where it begins', t => {
  const guests =
    (from: number, to: number) =>
    ({ remote }: Kitchens) =>
      concat(...Array.from({ length: to - from }, (_, i) => remote.greet(`${from + i} ${'x'.repeat(400)}`)))
  const { dialled } = have(t, guests(0, 40), { recorder: { limitBytes: 12_000 } })
  const { calls } = read(dialled).leftOut
  t.true(calls > 10 && calls < 35)
  t.is(outcome(t, client(guests(calls, 40)), dialled.file()), 'as recorded')
  t.is(outcome(t, server(), dialled.file(), { plays: 'dialled' }), 'as recorded')
})

test('who dials more often than was recorded is told', t => {
  const { dialled } = have(t, ({ remote }) => remote.greet('Ann'))
  const twice = replay(dialled.file()).pipe(reconnect(linear({ every: 10 })))
  const errors: unknown[] = []
  timed(t, () =>
    twice.pipe(
      tap({ error: (error: unknown) => errors.push(error) }),
      client(({ remote }) => remote.greet('Ann')),
    ),
  )
  t.is(errors.length, 1)
  t.true(errors[0] instanceof RecordingError)
  t.regex(String(errors[0]), /has 1 pipes, and this end dials one more/)
})

test('a file that is none, or has nothing in it, is refused at once', t => {
  t.throws(() => replay(Uint8Array.of(1, 2, 3)), { instanceOf: RecordingError, message: /this is no recording/ })
  t.throws(() => replay(new Recorder().file()), { instanceOf: RecordingError, message: /is empty/ })
})

test('nothing is left running when the end under test leaves', t => {
  const { dialled, accepted } = have(t, talk)
  const waiting = (what: (pipes$: Transport) => Observable<unknown>, recorder?: Recorder): number => {
    let left = -1
    marbles(t, ({ scheduler, run }) => {
      if (recorder !== undefined) run(what(replay(recorder.file())).pipe(takeUntil(timer(60))))
      scheduler.schedule(() => (left = scheduler.actions.length), 200)
    })
    return left
  }
  const none = waiting(client(talk))
  t.is(waiting(client(talk), dialled), none)
  t.is(waiting(server(), accepted), none)
})
