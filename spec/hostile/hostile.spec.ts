import test from 'ava'
import { BehaviorSubject, mergeMap, of } from 'rxjs'
import { peer } from 'sluice'
import { memoryPair } from '../../src/transport/memory-pipes.js'
import { session } from '../../src/session/session.js'
import type { Frame } from '../../src/wire/frame.js'
import { defaultLimits } from '../../src/wire/hello-codec.js'
import { pause } from '../helpers/processes.js'
import { fuzz } from './fuzz.js'
import { intrude } from './intruder.js'
import { options, Target, withListener, type Listener, type Taken } from './listener.js'

const goodbyeOf = ({ heard }: Taken): string | undefined => {
  const last = heard.find(({ _tag }) => _tag === 'Goodbye')
  return last?._tag === 'Goodbye' ? `${last.reason} ${last.message}` : undefined
}

/** An orderly client of the same listener; what it is told, or what it fails with. */
const ask = ({ dial, scheduler }: Listener, at: number): (() => string | undefined) => {
  let answer: string | undefined
  scheduler.schedule(() => {
    const running = of(dial().far)
      .pipe(
        peer({ ...options, uses: Target }),
        mergeMap(({ remote }) => remote.greet({ name: 'Bo', tags: {} })),
      )
      .subscribe({ next: text => (answer = text), error: (error: unknown) => (answer = String(error)) })
    scheduler.schedule(() => running.unsubscribe(), 100)
  }, at)
  return () => answer
}

const open = (id: number, method = 6): Frame => ({
  _tag: 'Open',
  id,
  method,
  payload: new Uint8Array(0),
  credit: { items: 1, bytes: 1 },
  timeoutMs: undefined,
  metadata: undefined,
})

const crimes: Readonly<Record<string, readonly [readonly Frame[], RegExp]>> = {
  'an acknowledgement of frames that were never sent': [[{ _tag: 'Ack', position: 7 }], /an Ack of 7 is not between/],
  'a frame of a call that was never opened': [
    [{ _tag: 'Cancel', id: 99 }],
    /call 99 was never opened, and got a Cancel/,
  ],
  'an answer to a call that this end never made': [
    [{ _tag: 'Reply', id: 2, payload: new Uint8Array(0) }],
    /call 2 was never opened, and got a Reply/,
  ],
  'an id of the wrong parity': [[open(2)], /call 2 was never opened|an id that is for this end to give/],
  'the id of a call that is open': [[open(1), open(1)], /call 1 was opened twice, or out of order/],
  'ids that run backwards': [[open(5), open(3)], /call 3 was opened twice, or out of order/],
  'more calls at once than are allowed': [
    Array.from({ length: 65 }, (_, i) => open(2 * i + 1)),
    /one more than the 64 that this end takes at once/,
  ],
  'an item without credit': [
    [open(1, 7), { _tag: 'Next', id: 1, payload: new Uint8Array(0) }],
    /call 1 was sent an item without credit/,
  ],
  'credit for a call that is answered once': [
    [open(1), { _tag: 'Credit', id: 1, items: 1, bytes: 1 }],
    /call 1 is answered once, and was given credit/,
  ],
  'a second handshake': [[{ _tag: 'Verdicts', methods: [] }], /a Verdicts came after the handshake/],
}

for (const [what, [frames, rule]] of Object.entries(crimes)) {
  test(`${what} is answered with the rule that it breaks, and with the end`, t => {
    withListener(listener => {
      const { scheduler, dial } = listener
      const taken = dial()
      const intruder = intrude(taken, { windowMs: 1_000 })
      scheduler.schedule(() => intruder.say(...frames), 50)
      const answer = ask(listener, 100)
      scheduler.schedule(() => {
        t.regex(String(goodbyeOf(taken)), /^VIOLATION/)
        t.regex(String(goodbyeOf(taken)), rule)
        t.is(taken.end(), 'ProtocolViolation')
        t.is(answer(), 'hello, Bo')
      }, 5_000)
    })
  })
}

test('frames that this version does not know, and late ones, are passed over', t => {
  withListener(({ scheduler, dial }) => {
    const taken = dial()
    const intruder = intrude(taken)
    scheduler.schedule(() => {
      // fields 12, of a call, and 40, of the session
      intruder.sayBytes(Uint8Array.of(5, 0x08, 0x01, 0x62, 0x01, 0x00, 4, 0xc2, 0x02, 0x01, 0x00, 0))
      intruder.say(open(1), open(3), { _tag: 'Cancel', id: 1 }, { _tag: 'Cancel', id: 1 })
      intruder.say(
        { _tag: 'Next', id: 1, payload: new Uint8Array(9) },
        { _tag: 'Pong', token: 5 },
        { _tag: 'Ping', token: 6 },
      )
    }, 50)
    scheduler.schedule(() => {
      t.is(goodbyeOf(taken), undefined)
      t.true(taken.heard.some(frame => frame._tag === 'Pong' && frame.token === 6))
      intruder.running.unsubscribe()
    }, 200)
  })
})

test('a far end with another secret is refused, and learns nothing but that', t => {
  withListener(({ scheduler, dial, refused }) => {
    const taken = dial(new Uint8Array(32).fill(8))
    const intruder = intrude(taken)
    scheduler.schedule(() => {
      t.is(goodbyeOf(taken), 'REFUSED refused')
      t.deepEqual(refused, ['Refused proof'])
      t.is(intruder.session(), undefined)
      t.deepEqual(
        taken.heard.map(({ _tag }) => _tag),
        ['Hello', 'Proof', 'Goodbye'],
      )
    }, 1_000)
  })
})

test('a conversation that was heard before, and is said again, is refused', t => {
  const said: Uint8Array[] = []
  withListener(({ scheduler, dial, refused, sessions }) => {
    const honest = dial()
    honest.far.outgoing.subscribe(chunk => said.push(chunk.slice()))
    const intruder = intrude(honest)
    scheduler.schedule(() => intruder.running.unsubscribe(), 100)
    scheduler.schedule(() => {
      t.is(sessions(), 1)
      const taken = dial()
      for (const chunk of said) taken.far.outgoing.next(chunk)
      scheduler.schedule(() => {
        t.is(goodbyeOf(taken), 'REFUSED refused')
        t.deepEqual(refused, ['Refused proof'])
      }, 100)
    }, 200)
  })
})

/** Comes to a session that may be resumed, and leaves it; then somebody else asks for it. */
const stolen = (
  t: { readonly is: (a: unknown, b: unknown) => void },
  ask: { readonly epoch: number; readonly position: number; readonly knows: boolean },
  seen: (thief: Taken, victim: Taken) => void,
): void => {
  withListener(
    ({ scheduler, dial }) => {
      const victim = dial()
      const intruder = intrude(victim, { windowMs: 10_000 })
      scheduler.schedule(() => {
        const { beginning } = intruder.session()!
        if (beginning._tag !== 'New' || beginning.keys === undefined) throw new Error('it has no keys')
        const { keys } = beginning
        const thief = dial()
        const { epoch, position, knows } = ask
        const known = { ...keys, secret: knows ? keys.secret : new Uint8Array(32) }
        intrude(thief, {
          windowMs: 10_000,
          asks: {
            asked: { session: keys.id, epoch, position, lacksVerdicts: false },
            session: { ...beginning, keys: known, epoch, begun: true },
          },
        })
        scheduler.schedule(() => {
          t.is(beginning._tag, 'New')
          seen(thief, victim)
        }, 100)
      }, 100)
    },
    { resume: { windowMs: 10_000 } },
  )
}

test('whoever does not know the secret of a session cannot take it over, and the session goes on', t => {
  stolen(t, { epoch: 1, position: 0, knows: false }, (thief, victim) => {
    t.is(goodbyeOf(thief), 'REFUSED refused')
    t.is(goodbyeOf(victim), undefined)
    t.is(victim.end(), undefined)
  })
})

test('a pipe that is as old as the session’s own cannot take it over', t => {
  stolen(t, { epoch: 0, position: 0, knows: true }, (thief, victim) => {
    t.is(goodbyeOf(thief), 'REFUSED refused')
    t.is(victim.end(), undefined)
  })
})

test('whoever takes a session over with a position that cannot be is cut off', t => {
  stolen(t, { epoch: 1, position: 4_000, knows: true }, thief => {
    t.regex(String(goodbyeOf(thief)), /^VIOLATION .*a position of 4000 is not between 0 and 0/)
  })
})

test('a handshake that drips in one byte a second is over in time, and takes nobody’s place for longer', t => {
  withListener(listener => {
    const { scheduler, dial, refused } = listener
    const taken = dial()
    for (let i = 0; i < 20; i++)
      scheduler.schedule(() => taken.far.outgoing.next(Uint8Array.of(i === 0 ? 90 : 18)), i * 1_000)
    scheduler.schedule(() => {
      t.regex(String(goodbyeOf(taken)), /^LATE/)
      t.deepEqual(refused, ['Refused late'])
    }, 600)
  })
})

test('of a thousand half-open handshakes a few are waited for, the others cut off at once', t => {
  withListener(listener => {
    const { scheduler, dial, refused } = listener
    const taken = Array.from({ length: 1_000 }, () => dial())
    t.is(taken.filter(({ end }) => end() === undefined).length, 64)
    t.is(refused.filter(why => why === 'PipeError aborted').length, 936)
    const answer = ask(listener, 600)
    scheduler.schedule(() => {
      t.is(refused.filter(why => why === 'Refused late').length, 64)
      t.is(answer(), 'hello, Bo')
    }, 1_000)
  })
})

test('a far end that asks and asks, and never reads, is cut off before what waits for it outgrows its limit', t => {
  const writable = new BehaviorSubject(true)
  const said: Frame[] = []
  let error: unknown
  withListener(({ scheduler }) => {
    const pair = memoryPair<Frame>()
    pair.accepted.outgoing.subscribe({ next: frame => said.push(frame), error: () => undefined })
    const running = session({
      serves: [],
      uses: [],
      validation: 'report',
      limits: defaultLimits,
      nonce: () => new Uint8Array(32).fill(1),
      handshakeTimeout: 1_000,
      goodbyeTimeout: 100,
      unreadBytes: 10_000,
    })({ ...pair.accepted, writable }).subscribe({ error: (thrown: unknown) => (error = thrown) })
    const { outgoing } = pair.dialled
    outgoing.next({
      _tag: 'Hello',
      versions: [1],
      nonce: new Uint8Array(32).fill(2),
      proof: false,
      limits: defaultLimits,
      validation: 'report',
      serves: [],
      uses: [],
      heartbeatMs: 0,
      capabilities: [],
      resumeMs: 0,
      resume: undefined,
    })
    outgoing.next({ _tag: 'Verdicts', methods: [] })
    scheduler.schedule(() => writable.next(false), 5)
    scheduler.schedule(() => {
      for (let token = 1; token <= 10_000; token++) outgoing.next({ _tag: 'Ping', token })
    }, 10)
    scheduler.schedule(() => running.unsubscribe(), 100)
  })
  t.like(error, { _tag: 'PipeError', why: 'aborted' })
  t.regex(String(error), /wait for a far end that does not read/)
  t.true(said.length < 200, `${said.length} frames were said`)
})

test('whatever bytes a far end says, the listener neither crashes nor hangs, and serves the others', async t => {
  t.timeout(240_000)
  // ava hears of the time-out, and of the other tests, only when this process has a moment
  await pause(10)
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = 0
  const before = process.memoryUsage().heapUsed
  const inherited = JSON.stringify(Object.getOwnPropertyNames(Object.prototype))
  const report = fuzz(25_000, 1)
  Error.stackTraceLimit = limit
  t.log(
    `${report.strings} byte strings: ${report.pastFirstFrame} got past the first frame, ${report.sessions} to a session`,
  )
  t.log(`ended: ${JSON.stringify(report.ends)}`)
  t.is(report.strings, 25_000)
  t.true(report.pastFirstFrame > report.strings * 0.7)
  t.true(report.sessions > report.strings * 0.6)
  t.deepEqual(report.open, [])
  for (const reason of Object.keys(report.ends))
    t.regex(reason, /^(complete|ProtocolViolation|Refused \S+|PipeError \S+)$/)
  t.true(report.answers.length >= 100)
  t.deepEqual([...new Set(report.answers)], ['hello, Bo'])
  t.is(JSON.stringify(Object.getOwnPropertyNames(Object.prototype)), inherited)
  t.true(process.memoryUsage().heapUsed - before < 400 * 1024 * 1024)
})
