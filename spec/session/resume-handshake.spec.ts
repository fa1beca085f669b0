import test from 'ava'
import { VirtualTimeScheduler } from 'rxjs'
import type {
  HandshakeCommand,
  HandshakeState,
  HandshakeTerms,
  KeptSession,
} from '../../src/session/handshake-terms.js'
import { stepHandshake } from '../../src/session/handshake.js'
import { Heartbeat } from '../../src/session/heartbeat.js'
import { proofOf } from '../../src/session/proof.js'
import type { Frame, Hello } from '../../src/wire/frame.js'
import { helloBytes } from '../../src/wire/hello-codec.js'
import { helloOf, termsOf, verdicts } from './arrange.js'

const keys = { secret: new Uint8Array(32).fill(5), id: new Uint8Array(16).fill(3) }
const keptAt = (epoch: number, begun = true): KeptSession<string> => ({
  keys,
  windowMs: 1_000,
  judgement: 'judged before',
  epoch,
  begun,
})

/** The end that was dialled, asked for a session by a far end that knows its secret. What it keeps changes in between. */
const askedFor = (epoch: number, before: number, meanwhile: number | undefined, secret = keys.secret) => {
  let kept: KeptSession<string> | undefined = keptAt(before)
  const ours = helloOf({ nonce: 1 })
  const theirs: Hello = {
    ...helloOf({ nonce: 2 }),
    resume: { session: keys.id, epoch, position: 0, lacksVerdicts: false },
  }
  const step = stepHandshake({ ...termsOf('accepted', { nonce: 1 }), hello: ours, keeps: () => kept })
  let state: HandshakeState<string> = { _tag: 'Greeting' }
  const done: HandshakeCommand<string>[] = []
  const take = (frame: Frame) => {
    const [next, commands] = step(state, { _tag: 'Received', frame })
    state = next
    done.push(...commands)
  }
  take(theirs)
  kept = meanwhile === undefined ? undefined : keptAt(meanwhile)
  const mac = proofOf(secret, 'dialled', helloBytes(theirs), helloBytes(ours))
  take({ _tag: 'Proof', mac: new Uint8Array(0), resume: { mac, position: 0, lacksVerdicts: false } })
  return done.map(command => (command._tag === 'Send' ? command.frame._tag : command._tag))
}

test('a far end that proves its session gets it', t => {
  t.deepEqual(askedFor(2, 1, 1), ['Freeze'])
})

test('a far end that knows the session’s id and not its secret is refused', t => {
  t.deepEqual(askedFor(2, 1, 1, new Uint8Array(32).fill(6)), ['Goodbye', 'Fail'])
})

test('a far end that was dialled and does not know the secret of the session it was asked for is refused', t => {
  for (const [secret, expected] of [
    [keys.secret, ['Send', 'Trust', 'Resume']],
    [new Uint8Array(32).fill(6), ['Send', 'Send', 'Fail']],
  ] as const) {
    const asked = { session: keys.id, epoch: 2, position: 0, lacksVerdicts: false }
    const ours: Hello = { ...helloOf({ nonce: 1 }), resume: asked }
    const theirs = helloOf({ nonce: 2 })
    const step = stepHandshake({ ...termsOf('dialled', { nonce: 1 }), hello: ours, asks: keptAt(1) })
    const mac = proofOf(secret, 'accepted', helloBytes(ours), helloBytes(theirs))
    const [proving, greeted] = step({ _tag: 'Greeting' }, { _tag: 'Received', frame: theirs })
    const proof: Frame = {
      _tag: 'Proof',
      mac: new Uint8Array(0),
      resume: { mac, position: 0, lacksVerdicts: false },
    }
    const [, proven] = step(proving, { _tag: 'Received', frame: proof })
    t.deepEqual(
      [...greeted, ...proven].map(({ _tag }) => _tag),
      [...expected],
    )
  }
})

test('a session that a newer pipe took over between hello and proof is not given to the older one', t => {
  t.deepEqual(askedFor(2, 1, 3), ['Goodbye', 'Fail'])
  t.deepEqual(askedFor(2, 1, 2), ['Goodbye', 'Fail'])
})

test('a session that was lost between hello and proof is begun anew', t => {
  t.deepEqual(askedFor(2, 1, undefined), ['Proof', 'Trust', 'Announce', 'Verdicts'])
})

/** Two ends that resume a session, of which each has begun it, or was cut off before the other's verdicts. */
const resumed = (
  begun: { readonly dialled: boolean; readonly accepted: boolean },
  positions = { dialled: 0, accepted: 0 },
) => {
  const done: Record<'dialled' | 'accepted', string[]> = { dialled: [], accepted: [] }
  const queue: (readonly ['dialled' | 'accepted', Frame])[] = []
  const make = (end: 'dialled' | 'accepted', terms: Partial<HandshakeTerms<string>>) => {
    const step = stepHandshake({ ...termsOf(end, { nonce: end === 'dialled' ? 1 : 2 }), ...terms })
    let state: HandshakeState<string> = { _tag: 'New' }
    const on = (event: Parameters<typeof step>[1]): void => {
      const [next, commands] = step(state, event)
      state = next
      for (const command of commands) {
        done[end].push(command._tag === 'Send' ? command.frame._tag : command._tag)
        if (command._tag === 'Send') queue.push([end === 'dialled' ? 'accepted' : 'dialled', command.frame])
        else if (command._tag === 'Freeze') on({ _tag: 'Frozen', position: positions.accepted })
        else if (command._tag === 'Announce') judgements.push(command.judgement)
      }
    }
    return on
  }
  const judgements: string[] = []
  const asks = keptAt(4, begun.dialled)
  const asked = { session: keys.id, epoch: 4, position: positions.dialled, lacksVerdicts: !begun.dialled }
  const ends = {
    dialled: make('dialled', { asks, hello: { ...helloOf({ nonce: 1 }), resume: asked } }),
    accepted: make('accepted', { keeps: () => keptAt(3, begun.accepted), verdicts: () => verdicts }),
  }
  for (const end of ['dialled', 'accepted'] as const) ends[end]({ _tag: 'Started' })
  for (let next = queue.shift(); next !== undefined; next = queue.shift())
    ends[next[0]]({ _tag: 'Received', frame: next[1] })
  return { ...done, judgements }
}

test('a session that has begun at both ends goes on with the proofs', t => {
  t.deepEqual(resumed({ dialled: true, accepted: true }), {
    dialled: ['Hello', 'Proof', 'Trust', 'Resume'],
    accepted: ['Hello', 'Freeze', 'Proof', 'Trust', 'Resume'],
    judgements: [],
  })
})

test('an end that was cut off before the far end’s verdicts has them again behind the proofs, and begins with them', t => {
  t.deepEqual(resumed({ dialled: true, accepted: false }), {
    dialled: ['Hello', 'Proof', 'Trust', 'Verdicts', 'Resume'],
    accepted: ['Hello', 'Freeze', 'Proof', 'Trust', 'Announce', 'Establish'],
    judgements: ['judged before'],
  })
  t.deepEqual(resumed({ dialled: false, accepted: true }), {
    dialled: ['Hello', 'Proof', 'Trust', 'Announce', 'Establish'],
    accepted: ['Hello', 'Freeze', 'Proof', 'Trust', 'Verdicts', 'Resume'],
    judgements: ['judged before'],
  })
  t.deepEqual(resumed({ dialled: false, accepted: false }), {
    dialled: ['Hello', 'Proof', 'Trust', 'Announce', 'Verdicts', 'Establish'],
    accepted: ['Hello', 'Freeze', 'Proof', 'Trust', 'Announce', 'Verdicts', 'Establish'],
    judgements: ['judged before', 'judged before'],
  })
})

test('a position in a session of which nothing was said is a violation', t => {
  t.deepEqual(resumed({ dialled: true, accepted: false }, { dialled: 1, accepted: 0 }).accepted.slice(2), [
    'Proof',
    'Announce',
    'Goodbye',
    'Fail',
  ])
  t.deepEqual(resumed({ dialled: false, accepted: true }, { dialled: 0, accepted: 1 }).dialled.slice(2), [
    'Announce',
    'Goodbye',
    'Fail',
  ])
})

test('a far end that asks to be heard every 49 days, or every millisecond, keeps no timer busy', t => {
  for (const [theirs, most] of [
    [0xffff_ffff, 1],
    [1, 101],
  ] as const) {
    const scheduler = new VirtualTimeScheduler()
    let timers = 0
    let longest = 0
    const schedule = scheduler.schedule.bind(scheduler)
    scheduler.schedule = (work: never, delay = 0, state?: never) => {
      timers++
      longest = Math.max(longest, delay)
      return schedule(work, delay, state)
    }
    const heartbeat = new Heartbeat(
      { everyMs: 0, tolerance: 3 },
      theirs,
      { beat: () => undefined, silent: () => undefined },
      scheduler,
    )
    schedule(() => heartbeat.stop(), 1_000)
    heartbeat.start()
    scheduler.maxFrames = 1_000
    scheduler.flush()
    t.true(timers <= most, `${timers} timers in a second`)
    t.true(longest <= 0x7fff_ffff)
    heartbeat.stop()
  }
})
