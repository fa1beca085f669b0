import test from 'ava'
import fc from 'fast-check'
import * as io from 'io-ts'
import { concat, interval, map, mergeMap, NEVER, of, take, timer, VirtualTimeScheduler } from 'rxjs'
import {
  contract,
  framed,
  linear,
  memoryPair,
  peer,
  reconnect,
  request,
  serve,
  stream,
  type Frame,
  type Pipe,
} from 'sluice'
import { cutAt, draw, letters, marbles, readRecording, record, Recorder, type Redactable } from 'sluice/testing'
import { openFrame } from '../../../src/testing/open-frame.js'
import { written } from '../../wire/arbitrary-frame.js'
import { Kitchen } from '../../peer/kitchen.js'
import { answering, framesOf, have, once, read, tagged, talk } from './talk.js'

const open = (id: number, bytes = 0): Frame => openFrame(id, 0, new Uint8Array(bytes))
const reply = (id: number, bytes = 0): Frame => ({ _tag: 'Reply', id, payload: new Uint8Array(bytes) })

/** A pipe of frames that is recorded: what is said at either end. */
const tapped = (recorder: Recorder) => {
  const scheduler = new VirtualTimeScheduler()
  const { dialled, accepted } = memoryPair<Frame>(scheduler)
  const near = record(recorder)(dialled)
  near.incoming.subscribe()
  accepted.incoming.subscribe()
  return {
    near: (frame: Frame) => near.outgoing.next(frame),
    far: (frame: Frame) => {
      accepted.outgoing.next(frame)
      scheduler.flush()
    },
    end: () => {
      near.outgoing.complete()
      accepted.outgoing.complete()
      scheduler.flush()
    },
  }
}

test('records both ends, with the times at which it saw them, and the ends of both halves', t => {
  const { dialled, accepted } = have(t, ({ remote }) => remote.greet('Ann'))
  const drawn = (recorder: Recorder, by: 'dialled' | 'accepted') => {
    const [pipe] = read(recorder).pipes
    return draw(
      (pipe?.events ?? []).flatMap(event => {
        if (event.by !== by) return []
        const letter = 'frame' in event ? letters[event.frame._tag] : event.end === 'complete' ? '|' : '#'
        return [{ at: event.at, letter }]
      }),
    )
  }
  // the wire takes 10 ms: what the other says is seen that much later
  t.is(drawn(dialled, 'dialled'), 'H 9ms V 9ms O 24ms (G|)')
  t.is(drawn(dialled, 'accepted'), '10ms H 9ms V 24ms R')
  t.is(drawn(accepted, 'accepted'), 'H 9ms V 24ms R 19ms (G|)')
  // behind a goodbye nobody listens any more
  t.is(drawn(accepted, 'dialled'), '10ms H 9ms V 9ms O 24ms G')
  t.deepEqual(
    [dialled, accepted].map(recorder => read(recorder).pipes.map(({ end }) => end)),
    [['dialled'], ['accepted']],
  )
})

test('what passes is the same with a recorder and without', t => {
  const values = have(t).said
  t.deepEqual(values, ['hello, Ann', 'Failure', 0, 0, 1, 1, 2, 2, 6, 'A', 'B'])
  const withOne: unknown[] = []
  marbles(t, ({ peers, run }) => {
    const { client$ } = peers(Kitchen, client => of(client).pipe(answering()))
    run(client$.pipe(mergeMap(kitchen => talk(kitchen).pipe(map(value => withOne.push(value))))))
  })
  t.deepEqual(withOne, values)
})

test('a pipe of frames is recorded as one of bytes is', t => {
  const frames: Frame[] = [open(1, 3), { _tag: 'Goodbye', reason: 'DONE', message: 'enough' }]
  const ofFrames = new Recorder()
  const { near } = tapped(ofFrames)
  frames.forEach(near)
  const ofBytes = new Recorder()
  const scheduler = new VirtualTimeScheduler()
  const { dialled } = memoryPair(scheduler)
  const pipe = framed(undefined, scheduler)(record(ofBytes)(dialled))
  frames.forEach(frame => pipe.outgoing.next(frame))
  pipe.outgoing.complete()
  t.is(framesOf(read(ofFrames)).length, 2)
  t.deepEqual(
    framesOf(read(ofFrames)).map(({ frame }) => frame),
    framesOf(read(ofBytes)).map(({ frame }) => frame),
  )
})

test('holds no secret: no proof, nonce or session id, whoever looks', t => {
  const secret = Uint8Array.from({ length: 32 }, (_, i) => 200 - i)
  const seen: Frame[] = []
  const watch = (pipe: Pipe): Pipe => {
    framed()({ ...pipe, incoming: pipe.outgoing }).incoming.subscribe({
      next: frame => seen.push(frame),
      error: () => undefined,
    })
    return { ...pipe, secret }
  }
  const cut = once(cutAt({ when: timer(45) }))
  const { dialled } = have(t, ({ remote }) => concat(remote.greet('Ann'), remote.greet('Bob')), {
    wire: { left: pipe => watch(cut(pipe)), right: pipe => ({ ...pipe, secret }) },
    dial: reconnect(linear({ every: 10 })),
  })
  const hidden = seen.flatMap((frame): readonly Uint8Array[] => {
    if (frame._tag === 'Hello') return [frame.nonce, ...(frame.resume === undefined ? [] : [frame.resume.session])]
    return frame._tag === 'Proof' ? [frame.mac, ...(frame.resume === undefined ? [] : [frame.resume.mac])] : []
  })
  // two hellos, one of them with a session id, and two proofs, one of them for the session too
  t.is(hidden.length, 6)
  const file = Buffer.from(dialled.file())
  for (const bytes of [secret, ...hidden]) t.false(file.includes(Buffer.from(bytes)))
  t.is(readRecording(file).pipes.length, 2)
})

test('leaves out what is said for the wire’s sake: pings, pongs, acknowledgements', t => {
  const recorder = new Recorder()
  const { near, far } = tapped(recorder)
  const size = () => recorder.file().length
  const before = size()
  for (let token = 0; token < 100; token++) {
    near({ _tag: 'Ping', token })
    far({ _tag: 'Pong', token })
    near({ _tag: 'Ack', position: token })
  }
  t.is(size(), before)
})

test('what is sent again over a newer pipe is there once, and the pipe says whose session goes on', t => {
  const { dialled, accepted, said } = have(t, ({ remote }) => remote.ticks(12), {
    wire: { left: once(cutAt({ when: timer(63) })) },
    dial: reconnect(linear({ every: 20 })),
  })
  t.deepEqual(said, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
  for (const recorder of [dialled, accepted]) {
    const recording = read(recorder)
    t.deepEqual(
      recording.pipes.map(({ resumes }) => resumes),
      [undefined, 0],
    )
    const items = framesOf(recording).filter(({ frame }) => frame._tag === 'Next')
    t.is(items.length, 12)
    t.is(framesOf(recording).filter(({ frame }) => frame._tag === 'Open').length, 1)
  }
})

test('a session that begins anew over the next pipe is one of its own', t => {
  const { dialled } = have(
    t,
    ({ remote }) => concat(remote.greet('Ann'), timer(100).pipe(mergeMap(() => remote.greet('Bob')))),
    {
      wire: { left: once(cutAt({ when: timer(60) })) },
      dial: reconnect(linear({ every: 20 })),
      server: { resume: false },
    },
  )
  t.deepEqual(
    read(dialled).pipes.map(({ resumes }) => resumes),
    [undefined, undefined],
  )
})

test('past its limit it forgets the calls that ended first, and says how many', t => {
  const recorder = new Recorder({ limitBytes: 20_000 })
  const { near, far } = tapped(recorder)
  for (let id = 1; id < 200; id += 2) {
    near(open(id, 500))
    // every tenth call stays open
    if (id % 20 !== 1) far(reply(id, 500))
  }
  const { leftOut, pipes } = read(recorder)
  t.deepEqual(leftOut, recorder.leftOut)
  const ids = new Set(framesOf(read(recorder)).map(({ frame }) => ('id' in frame ? frame.id : 0)))
  const open$ = [1, 21, 41, 61, 81, 101, 121, 141, 161, 181]
  t.true(
    open$.every(id => ids.has(id)),
    'a call that is open is there from its beginning',
  )
  t.true(ids.has(199) && !ids.has(3), 'the last calls are there, the first ones are not')
  t.is(leftOut.calls, 100 - ids.size)
  t.is(leftOut.frames, 2 * leftOut.calls)
  t.true(leftOut.bytes > leftOut.frames * 500)
  t.is(pipes.length, 1)
})

test('it never holds more than its limit, whatever is said', t => {
  const limitBytes = 10_000
  t.notThrows(() =>
    fc.assert(
      fc.property(
        fc.array(fc.record({ call: fc.nat(8), kind: fc.nat(5), bytes: fc.nat(4_000), far: fc.boolean() }), {
          maxLength: 80,
        }),
        sayings => {
          const recorder = new Recorder({ limitBytes })
          const said = tapped(recorder)
          let last = 0
          for (const { call, kind, bytes, far } of sayings) {
            const payload = new Uint8Array(bytes)
            const id = 2 * call + 1
            const frame: Frame =
              kind === 0
                ? open((last += 2) - 1, bytes)
                : kind === 1
                  ? { _tag: 'Reply', id, payload }
                  : kind === 2
                    ? { _tag: 'Cancel', id }
                    : kind === 3
                      ? { _tag: 'Fragment', id, payload }
                      : { _tag: 'Next', id, payload }
            if (far) said.far(frame)
            else said.near(frame)
            if (recorder.size > limitBytes) throw new Error(`${recorder.size} bytes`)
            if (recorder.file().length > limitBytes) throw new Error('a file that is larger than the limit')
          }
        },
      ),
    ),
  )
})

test('a call that is forgotten does not come back: nothing of it is kept without its beginning', t => {
  const recorder = new Recorder({ limitBytes: 5_750 })
  const { near, far } = tapped(recorder)
  near(open(1))
  near(open(3, 4_500))
  far({ _tag: 'Next', id: 1, payload: new Uint8Array(9) })
  far(reply(1))
  t.deepEqual(
    framesOf(read(recorder)).map(({ frame }) => 'id' in frame && frame.id),
    [3],
  )
  t.like(recorder.leftOut, { calls: 1, frames: 3 })
})

test('pipes that are over are forgotten too', t => {
  const recorder = new Recorder({ limitBytes: 50_000 })
  for (let i = 0; i < 500; i++) {
    const { near, end } = tapped(recorder)
    near(open(1))
    near({ _tag: 'Cancel', id: 1 })
    end()
  }
  t.true(recorder.size <= 50_000)
  const { pipes, leftOut } = read(recorder)
  t.is(pipes.length + leftOut.pipes, 500)
  t.true(pipes.length > 10 && leftOut.pipes > 10)
})

test('what is no frame does not harm the pipe, and counts as left out; the other half is recorded on', t => {
  const recorder = new Recorder()
  const scheduler = new VirtualTimeScheduler()
  const { dialled, accepted } = memoryPair(scheduler)
  const near = record(recorder)(dialled)
  const seen = { near: [] as unknown[], far: [] as unknown[] }
  near.incoming.subscribe({
    next: bytes => seen.near.push([...bytes]),
    error: (error: unknown) => seen.near.push(error),
  })
  accepted.incoming.subscribe({ next: bytes => seen.far.push([...bytes]) })
  near.outgoing.next(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff))
  near.outgoing.next(Uint8Array.of(1, 2, 3))
  accepted.outgoing.next(written({ _tag: 'Cancel', id: 2 }))
  scheduler.flush()
  t.deepEqual(seen, {
    near: [[...written({ _tag: 'Cancel', id: 2 })]],
    far: [
      [255, 255, 255, 255, 255, 255],
      [1, 2, 3],
    ],
  })
  t.is(recorder.leftOut.bytes, 9)
  // of a call that never began
  t.is(recorder.leftOut.frames, 1)
})

test('without a payload of anybody’s: all that is a user’s can be left out', t => {
  const fail = () => {
    throw new RangeError('private')
  }
  const { dialled } = have(
    t,
    ({ remote }) => concat(remote.greet('Ann', { metadata: { who: 'private' } }), remote.bake(-3).pipe(tagged)),
    { recorder: { redact: 'payloads', contracts: [] }, serving: answering({ bake: fail }) },
  )
  const file = Buffer.from(dialled.file())
  for (const text of ['Ann', 'private', 'RangeError']) t.false(file.includes(text), text)
  const frames = framesOf(readRecording(file)).filter(({ frame }) => 'id' in frame)
  t.deepEqual(
    frames.map(({ frame, blanked = false }) => `${frame._tag} ${blanked}`),
    ['Open true', 'Reply true', 'Open true', 'Fail true'],
  )
  t.like(frames[0]?.frame, { metadata: { who: '' } })
})

/** Everything that a redaction was shown, and what it put in its place. */
const shown = (replace: (what: Redactable) => unknown) => {
  const all: string[] = []
  return {
    all,
    redact: (what: Redactable) => {
      all.push(`${what.by} ${what.method} ${what.part} ${JSON.stringify(what.value)}`)
      return replace(what)
    },
  }
}

test('values are shown as the contract’s codecs have them, and others can be put in their place', t => {
  const { all, redact } = shown(({ part, value }) => {
    if (part === 'metadata') return { trace: 'xxx' }
    if (part === 'failure') return { _tag: 'OutOfBread', left: 0 }
    return typeof value === 'string' ? value.replaceAll('Ann', 'NAME') : value
  })
  const { dialled } = have(t, talk, { recorder: { redact } })
  t.deepEqual(all.slice(0, 10), [
    'dialled greet input "Ann"',
    'dialled greet metadata {"trace":"xyz"}',
    'accepted greet output "hello, Ann"',
    'dialled bake input -3',
    'accepted bake failure {"_tag":"OutOfBread","left":3}',
    'dialled ticks input 3',
    'dialled ticks input 100',
    'dialled weigh input 1',
    'dialled weigh input 2',
    'dialled weigh input 3',
  ])
  const file = Buffer.from(dialled.file())
  t.false(file.includes('Ann'))
  t.false(file.includes('xyz'))
  t.true(file.includes('hello, NAME'))
  t.true(framesOf(readRecording(file)).every(({ blanked }) => blanked === undefined))
})

test('what a redaction throws at, or answers wrongly, is left out; the conversation goes on', t => {
  const { dialled, said } = have(t, ({ remote }) => concat(remote.greet('Ann'), remote.bake(1)), {
    recorder: {
      redact: ({ method, part, value }) => {
        if (method === 'greet' && part === 'input') throw new Error('cannot')
        return part === 'output' ? 42 : value
      },
    },
  })
  t.deepEqual(said, ['hello, Ann', 'after 1'])
  t.deepEqual(
    framesOf(read(dialled)).flatMap(({ frame, blanked = false }) =>
      'id' in frame ? [`${frame._tag} ${blanked}`] : [],
    ),
    ['Open true', 'Reply true', 'Open false', 'Reply true'],
  )
})

test('without the contract there is nothing to show: everything is left out', t => {
  const { all, redact } = shown(({ value }) => value)
  const { dialled } = have(t, ({ remote }) => remote.greet('Ann'), { recorder: { redact, contracts: [] } })
  t.deepEqual(all, [])
  t.false(Buffer.from(dialled.file()).includes('Ann'))
})

test('a message in many parts is shown whole, and what takes its place is in as many parts', t => {
  const long = 'private '.repeat(500)
  const { all, redact } = shown(({ part, value }) =>
    part === 'input' ? 'short' : (value as string).replaceAll('private', 'PRIVATE'),
  )
  const { dialled } = have(t, ({ remote }) => remote.greet(long), {
    recorder: { redact },
    client: { fragmentBytes: 500 },
    server: { fragmentBytes: 500 },
  })
  t.deepEqual(all, [
    `dialled greet input ${JSON.stringify(long)}`,
    `accepted greet output ${JSON.stringify(`hello, ${long}`)}`,
  ])
  const file = Buffer.from(dialled.file())
  t.false(file.includes('private'))
  t.true(file.includes('short'))
  t.true(file.includes('PRIVATE PRIVATE'))
  const frames = framesOf(readRecording(file)).flatMap(({ frame, by }) =>
    'payload' in frame ? [`${by} ${frame._tag}`] : [],
  )
  t.is(frames.filter(each => each === 'dialled Fragment').length, 8)
  t.is(frames.filter(each => each === 'accepted Fragment').length, 8)
  t.true(framesOf(readRecording(file)).every(({ blanked }) => blanked === undefined))
})

test('of a message that has not come whole there is nothing to show yet, and nothing is kept', t => {
  const recorder = new Recorder({ contracts: Kitchen, redact: ({ value }) => value })
  const { near, far } = tapped(recorder)
  near(open(1))
  far({ _tag: 'Fragment', id: 1, payload: new TextEncoder().encode('private') })
  t.false(Buffer.from(recorder.file()).includes('private'))
  t.deepEqual(
    framesOf(read(recorder)).map(({ frame, blanked = false }) => `${frame._tag} ${blanked}`),
    ['Open false', 'Fragment true'],
  )
})

test('the descriptors of a far end that has another version are there too', t => {
  const Newer = contract('spec.Clock', { ticks: stream(io.type({ everyMs: io.number, zone: io.string }), io.number) })
  const Older = contract('spec.Clock', { ticks: stream(io.type({ everyMs: io.number }), io.number) })
  let recorder: Recorder | undefined
  marbles(t, ({ wire, run, random }) => {
    const { dial, pipes$ } = wire()
    const made = (recorder = new Recorder({ contracts: Newer }))
    run(
      pipes$.pipe(
        peer({ serves: Older, random }),
        mergeMap(client => serve(client, { ticks: ({ everyMs }) => interval(everyMs) })),
      ),
    )
    run(
      dial.pipe(
        map(record(made)),
        peer({ uses: Newer, random }),
        mergeMap(clock => clock.remote.ticks({ everyMs: 3, zone: 'UTC' }).pipe(take(2))),
      ),
    )
  })
  const { contracts } = read(recorder!)
  t.deepEqual(
    contracts.map(each => each.contract),
    ['spec.Clock', 'spec.Clock'],
  )
  t.notDeepEqual(contracts[0]?.fingerprint, contracts[1]?.fingerprint)
})

test('a redaction sees what a far end with another version of the contract says, as that writes it', t => {
  const Theirs = contract('spec.Hall', { greet: request(io.string, io.type({ text: io.string, tone: io.string })) })
  const Ours = contract('spec.Hall', { greet: request(io.string, io.type({ text: io.string })) })
  const { all, redact } = shown(({ value, part }) => (part === 'output' ? { text: 'hi', tone: 'plain' } : value))
  let recorder: Recorder | undefined
  marbles(t, ({ wire, run, random }) => {
    const { dial, pipes$ } = wire()
    const made = (recorder = new Recorder({ contracts: Ours, redact }))
    run(
      pipes$.pipe(
        peer({ serves: Theirs, random }),
        mergeMap(client => serve(client, { greet: name => ({ text: `hello, ${name}`, tone: 'warm' }) })),
      ),
    )
    run(
      dial.pipe(
        map(record(made)),
        peer({ uses: Ours, random }),
        mergeMap(hall => concat(hall.remote.greet('Ann'), NEVER)),
      ),
    )
  })
  t.deepEqual(all, ['dialled greet input "Ann"', 'accepted greet output {"text":"hello, Ann","tone":"warm"}'])
  const file = Buffer.from(recorder!.file())
  t.false(file.includes('warm'))
  t.true(file.includes('plain'))
})

test('times begin with the first pipe, whenever the recorder was made', t => {
  const recorder = new Recorder()
  marbles(t, ({ wire, run }) => {
    const { dial, pipes$ } = wire()
    run(pipes$.pipe(peer({ serves: Kitchen }), answering()))
    const asked$ = dial.pipe(
      map(record(recorder)),
      peer({ uses: Kitchen }),
      mergeMap(({ remote }) => remote.greet('Ann')),
    )
    run(timer(1_000).pipe(mergeMap(() => asked$)))
  })
  const { startedAt, pipes } = read(recorder)
  t.is(startedAt, 1_000)
  t.is(pipes[0]?.at, 0)
  t.is(framesOf(read(recorder)).find(({ frame }) => frame._tag === 'Reply')?.at, 45)
})
