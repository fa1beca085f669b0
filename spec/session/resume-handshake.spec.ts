import test from 'ava'
import { VirtualTimeScheduler } from 'rxjs'
import {
  stepHandshake,
  type HandshakeCommand,
  type HandshakeState,
  type KeptSession,
} from '../../src/session/handshake.js'
import { Heartbeat } from '../../src/session/heartbeat.js'
import { proofOf } from '../../src/session/proof.js'
import type { Frame, Hello } from '../../src/wire/frame.js'
import { helloBytes } from '../../src/wire/hello-codec.js'
import { helloOf, termsOf } from './arrange.js'

const sessionSecret = new Uint8Array(32).fill(5)

/** The end that was dialled, asked for a session by a far end that knows its secret. What it keeps changes in between. */
const askedFor = (epoch: number, before: number, meanwhile: number | undefined) => {
  let kept: KeptSession | undefined = { secret: sessionSecret, epoch: before }
  const ours = helloOf({ nonce: 1 })
  const theirs: Hello = {
    ...helloOf({ nonce: 2 }),
    resume: { session: new Uint8Array(16).fill(3), epoch, position: 0 },
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
  kept = meanwhile === undefined ? undefined : { secret: sessionSecret, epoch: meanwhile }
  const mac = proofOf(sessionSecret, 'dialled', helloBytes(theirs), helloBytes(ours))
  take({ _tag: 'Proof', mac: new Uint8Array(0), resume: { mac, position: 0 } })
  return done.map(command => (command._tag === 'Send' ? command.frame._tag : command._tag))
}

test('a far end that proves its session gets it', t => {
  t.deepEqual(askedFor(2, 1, 1), ['Freeze'])
})

test('a session that a newer pipe took over between hello and proof is not given to the older one', t => {
  t.deepEqual(askedFor(2, 1, 3), ['Goodbye', 'Fail'])
  t.deepEqual(askedFor(2, 1, 2), ['Goodbye', 'Fail'])
})

test('a session that was lost between hello and proof is begun anew', t => {
  t.deepEqual(askedFor(2, 1, undefined), ['Proof', 'Verdicts'])
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
