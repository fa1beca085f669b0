import test from 'ava'
import { BehaviorSubject, Subject, VirtualTimeScheduler } from 'rxjs'
import { Continuity, defaultContinuity, type ContinuityOptions } from '../../src/session/continuity.js'
import type { Session } from '../../src/session/session-options.js'
import type { CallFrame } from '../../src/wire/frame.js'
import { defaultLimits } from '../../src/wire/hello-codec.js'

const cancel = (id: number): CallFrame => ({ _tag: 'Cancel', id })
const item = (id: number, size: number): CallFrame => ({ _tag: 'Next', id, payload: new Uint8Array(size) })

/** A pipe's session that a test plays. */
const linkOf = () => {
  const said: CallFrame[] = []
  const heard = new Subject<CallFrame>()
  const outgoing = new Subject<CallFrame>()
  const acks = new Subject<number>()
  const writable = new BehaviorSubject(true)
  const violations: string[] = []
  const acked: number[] = []
  outgoing.subscribe(frame => said.push(frame))
  const link = {
    beginning: {
      _tag: 'Resumed',
      asked: { session: new Uint8Array(16), epoch: 1, position: 0, lacksVerdicts: false },
      position: 0,
    },
    pipe: { end: 'dialled', incoming: heard, outgoing, writable },
    limits: defaultLimits,
    acks$: acks,
    ack: position => void acked.push(position),
    violated: rule => void violations.push(rule),
  } as Partial<Session> as Session
  return { link, said, heard, acks, writable, violations, acked, ids: () => said.map(({ id }) => id) }
}

const rig = (options: Partial<ContinuityOptions> = {}) => {
  const scheduler = new VirtualTimeScheduler()
  const lost: unknown[] = []
  const continuity = new Continuity(
    'dialled',
    {
      keys: { secret: new Uint8Array(32), id: new Uint8Array(16).fill(7) },
      judgement: { serves: [], uses: [], unmet: [], required: false },
      epoch: 0,
    },
    { ...defaultContinuity, scheduler, ...options },
    error => void lost.push(error),
  )
  const send = (frame: CallFrame) => continuity.pipe.outgoing.next(frame)
  return { continuity, scheduler, lost, send }
}

test('what is to be sent again waits while the pipe is full, and what is new waits behind it', t => {
  const { continuity, send } = rig()
  for (const id of [1, 3, 5]) send(cancel(id))
  const { link, ids, writable } = linkOf()
  writable.next(false)
  continuity.attach(link, 0)
  t.deepEqual(ids(), [])
  send(cancel(7))
  t.deepEqual(ids(), [])
  writable.next(true)
  t.deepEqual(ids(), [1, 3, 5, 7])
  send(cancel(9))
  t.deepEqual(ids(), [1, 3, 5, 7, 9])
})

test('a frame that is sent while others are sent again leaves behind them', t => {
  const { continuity, send } = rig()
  for (const id of [1, 3]) send(cancel(id))
  const { link, ids } = linkOf()
  link.pipe.outgoing.subscribe(({ id }) => {
    if (id === 1) send(cancel(5))
  })
  continuity.attach(link, 0)
  t.deepEqual(ids(), [1, 3, 5])
})

test('a pipe that breaks while it is written to gets nothing more, and the next one all of it', t => {
  const { continuity, send } = rig()
  for (const id of [1, 3, 5]) send(cancel(id))
  const first = linkOf()
  first.link.pipe.outgoing.subscribe(({ id }) => {
    if (id === 3) continuity.detach('broken')
  })
  continuity.attach(first.link, 0)
  t.deepEqual(first.ids(), [1, 3])
  t.deepEqual(latest(continuity.pipe.writable), false)
  const second = linkOf()
  continuity.attach(second.link, 1)
  t.deepEqual(second.ids(), [3, 5])
})

const latest = <T>(source: { subscribe(next: (value: T) => void): { unsubscribe(): void } }): T | undefined => {
  let last: T | undefined
  source.subscribe(value => (last = value)).unsubscribe()
  return last
}

test('an Ack of frames that were never sent, or that takes an earlier one back, is a violation', t => {
  const { continuity, send } = rig()
  const { link, acks, violations } = linkOf()
  continuity.attach(link, 0)
  for (const id of [1, 3, 5]) send(cancel(id))
  acks.next(2)
  acks.next(2)
  t.deepEqual(violations, [])
  acks.next(4)
  acks.next(1)
  t.deepEqual(violations, ['an Ack of 4 is not between 2 and 3', 'an Ack of 1 is not between 2 and 3'])
})

test('a position that runs backwards, or ahead, is a violation, and nothing is sent', t => {
  const { continuity, send } = rig()
  const first = linkOf()
  continuity.attach(first.link, 0)
  for (const id of [1, 3]) send(cancel(id))
  first.acks.next(1)
  continuity.detach('broken')
  send(cancel(5))
  for (const position of [0, 3]) {
    const { link, violations, said } = linkOf()
    continuity.attach(link, position)
    t.is(violations.length, 1, String(position))
    t.deepEqual(said, [])
    t.false(continuity.isAttached)
  }
})

test('few frames are acknowledged after a while, many or long ones at once, and each once', t => {
  const { continuity, scheduler } = rig({ ackEvery: 3, ackBytes: 1_000, ackAfterMs: 50 })
  const { link, heard, acked } = linkOf()
  continuity.attach(link, 0)
  heard.next(cancel(2))
  heard.next(cancel(4))
  t.deepEqual(acked, [])
  scheduler.flush()
  t.deepEqual(acked, [2])
  t.is(scheduler.now(), 50)
  for (const id of [6, 8, 10]) heard.next(cancel(id))
  t.deepEqual(acked, [2, 5])
  heard.next(item(2, 1_000))
  t.deepEqual(acked, [2, 5, 6])
  scheduler.flush()
  t.deepEqual(acked, [2, 5, 6])
})

test('the window closes once, and not while there is a pipe', t => {
  const { continuity, scheduler, lost } = rig({ windowMs: 100 })
  const { link } = linkOf()
  continuity.attach(link, 0)
  continuity.detach('first')
  scheduler.schedule(() => continuity.attach(linkOf().link, 0), 60)
  scheduler.schedule(() => continuity.detach('second'), 500)
  scheduler.schedule(() => continuity.detach('twice'), 550)
  scheduler.flush()
  t.deepEqual(lost, ['second'])
  t.is(scheduler.now(), 600)
  t.is(continuity.ask(), undefined)
  t.is(continuity.kept, undefined)
})

test('what waits for another pipe is bounded: past twice the limit the session is lost', t => {
  const { continuity, send, lost } = rig({ replayBytes: 10_000 })
  continuity.attach(linkOf().link, 0)
  continuity.detach('broken')
  for (let id = 1; id < 99 && lost.length === 0; id += 2) send(item(id, 2_000))
  t.is(lost.length, 1)
  t.regex(String(lost[0]), /RangeError: 2\d{4} bytes wait for another pipe, too many/)
})

test('a far end that never acknowledges costs no more than the limit: the session goes on, and ends with its pipe', t => {
  const { continuity, send, lost } = rig({ replayBytes: 10_000 })
  const { link, said, acks, violations } = linkOf()
  continuity.attach(link, 0)
  for (let i = 0; i < 100; i++) send(item(1, 2_000))
  t.is(said.length, 100)
  t.is(continuity.ask(), undefined)
  acks.next(50)
  t.deepEqual(violations, [])
  t.deepEqual(lost, [])
  continuity.detach('broken')
  t.regex(String(lost[0]), /too much was unacknowledged/)
})

test('whoever is set up to give up does so at the limit, and its writer does not wait', t => {
  const { continuity, send, lost } = rig({ replayBytes: 10_000, whenFull: 'giveUp' })
  const { link, said } = linkOf()
  continuity.attach(link, 0)
  for (let i = 0; i < 6; i++) send(item(1, 2_000))
  t.true(latest(continuity.pipe.writable))
  t.is(said.length, 6)
  t.is(continuity.kept, undefined)
  continuity.detach('broken')
  t.is(lost.length, 1)
})

test('the texts that travel with a call count as what they take', t => {
  const { continuity, send, lost } = rig({ replayBytes: 10_000 })
  continuity.attach(linkOf().link, 0)
  continuity.detach('broken')
  const open = { _tag: 'Open', id: 1, method: 0, payload: new Uint8Array(0), credit: undefined, timeoutMs: undefined }
  send({ ...open, metadata: { note: 'x'.repeat(30_000) } } as CallFrame)
  t.is(lost.length, 1)
})

test('frames of a pipe that was let go count no more, so that nothing is taken in twice', t => {
  const { continuity } = rig()
  const taken: number[] = []
  continuity.pipe.incoming.subscribe(({ id }) => taken.push(id))
  const first = linkOf()
  continuity.attach(first.link, 0)
  first.heard.next(cancel(2))
  continuity.detach('a newer pipe')
  first.heard.next(cancel(4))
  t.is(continuity.position, 1)
  const second = linkOf()
  continuity.attach(second.link, 0)
  second.heard.next(cancel(4))
  t.deepEqual(taken, [2, 4])
})

test('nothing is kept, and no timer runs, once it has ended', t => {
  const { continuity, scheduler, send, lost } = rig({ windowMs: 100 })
  const { link, heard } = linkOf()
  continuity.attach(link, 0)
  heard.next(cancel(2))
  continuity.detach('broken')
  continuity.end()
  send(cancel(1))
  scheduler.flush()
  t.is(scheduler.now(), 0)
  t.deepEqual(lost, [])
})
