import type { Pipe } from '../../pipe/pipe.js'
import { type ByteCase, wholeOf, withPair, withRig } from './byte-rig.js'
import { check, same, sameBytes } from './check.js'
import { joined } from '../joined.js'
import { patterned } from './patterned.js'
import { type End, record } from './record.js'
import { mayBeLeft, pause, until, within } from './waiting.js'

const echo = (pipe: Pipe): void => void pipe.incoming.subscribe(pipe.outgoing)

const isError = (end: End, why: string): boolean =>
  'error' in end && (end.error as { why?: string; _tag?: string })._tag === 'PipeError' && whyOf(end) === why

const whyOf = (end: End): string => ('error' in end ? String((end.error as { why?: string }).why) : 'completed')

/**
 * What every transport promises of bytes, whatever carries them. The cases know no test runner, so that they run in Node
 * and in a browser alike.
 */
export const byteCases: readonly ByteCase[] = [
  {
    name: 'does nothing before it is subscribed to',
    run: rig$ =>
      withRig(rig$, async ({ dial, pipes$ }) => {
        const arrivals = record(pipes$)
        void dial
        await pause(30)
        same(arrivals.values.length, 0, 'pipes accepted')
        arrivals.unsubscribe()
      }),
  },
  {
    name: 'says which end it is',
    run: rig$ =>
      withPair(rig$, ({ dialled, accepted }) => {
        same(dialled.end, 'dialled', 'the end that dialled')
        same(accepted.end, 'accepted', 'the end that was dialled')
        return Promise.resolve()
      }),
  },
  {
    name: 'carries bytes both ways at once, whole and in order',
    run: rig$ =>
      withPair(rig$, async ({ dialled, accepted }) => {
        // the hundredth is longer than a platform takes at once
        const long = (i: number) => (i === 100 ? 300_000 : 0)
        const up = Array.from({ length: 200 }, (_, i) => patterned(1 + long(i) + ((i * 37) % 900), i + 1))
        const down = Array.from({ length: 200 }, (_, i) => patterned(1 + long(i) + ((i * 91) % 1_100), i + 500))
        const arrived = mayBeLeft(Promise.all([wholeOf(accepted, 'the way up'), wholeOf(dialled, 'the way down')]))
        for (let i = 0; i < 200; i += 1) {
          dialled.outgoing.next(up[i]!)
          accepted.outgoing.next(down[i]!)
        }
        dialled.outgoing.complete()
        accepted.outgoing.complete()
        const [gotUp, gotDown] = await arrived
        sameBytes(gotUp, joined(up), 'the way up')
        sameBytes(gotDown, joined(down), 'the way down')
      }),
  },
  {
    name: 'keeps what came before the first subscription to incoming',
    run: rig$ =>
      withPair(rig$, async ({ dialled, accepted }) => {
        for (let i = 0; i < 10; i += 1) {
          accepted.outgoing.next(patterned(1_000, i))
          await pause(2)
        }
        accepted.outgoing.complete()
        await pause(20)
        const whole = await wholeOf(dialled, 'what came before')
        sameBytes(whole, joined(Array.from({ length: 10 }, (_, i) => patterned(1_000, i))), 'what came before')
      }),
  },
  {
    name: 'refuses a second reader and says what to do',
    run: rig$ =>
      withPair(rig$, async ({ dialled, accepted }) => {
        const first = record(dialled.incoming)
        const second = record(dialled.incoming)
        const end = await within(second.ended, 'the second reader')
        check(isError(end, 'misused'), `the second reader ended with ${whyOf(end)}`)
        accepted.outgoing.next(Uint8Array.of(7))
        await until(() => first.values[0], 'the first reader')
        first.unsubscribe()
      }),
  },
  {
    name: 'delivers nothing inside a call of next',
    run: rig$ =>
      withPair(rig$, async ({ dialled, accepted }) => {
        let inside = false
        let early = 0
        const atAccepted = record(accepted.incoming, chunk => {
          if (inside) early += 1
          inside = true
          accepted.outgoing.next(chunk)
          inside = false
        })
        const atDialled = record(dialled.incoming, () => {
          if (inside) early += 1
        })
        for (let i = 0; i < 20; i += 1) {
          inside = true
          dialled.outgoing.next(Uint8Array.of(i))
          inside = false
        }
        await until(() => (joined(atDialled.values).length === 20 ? true : undefined), 'twenty bytes there and back')
        sameBytes(joined(atDialled.values), joined(atAccepted.values), 'there and back')
        same(early, 0, 'deliveries inside next')
      }),
  },
  {
    name: 'ends one half and leaves the other open',
    run: rig$ =>
      withPair(rig$, async ({ dialled, accepted, dialler }) => {
        const answers = record(dialled.incoming)
        dialled.outgoing.next(Uint8Array.of(1))
        dialled.outgoing.complete()
        sameBytes(await wholeOf(accepted, 'the half that ended'), Uint8Array.of(1), 'before the end')
        await pause(20)
        same(answers.end(), undefined, 'the other half')
        accepted.outgoing.next(Uint8Array.of(2, 3))
        accepted.outgoing.complete()
        check('complete' in (await within(answers.ended, 'the other half')), 'the other half completes')
        sameBytes(joined(answers.values), Uint8Array.of(2, 3), 'the answer')
        check('complete' in (await within(dialler.ended, 'the dialler')), 'the dialler completes after both halves')
      }),
  },
  {
    name: 'brings what is said just before unsubscribing',
    run: rig$ =>
      withPair(rig$, async ({ dialled, accepted, dialler }) => {
        const heard = record(accepted.incoming)
        record(dialled.incoming)
        const last = patterned(100_000, 9)
        dialled.outgoing.next(last)
        dialled.outgoing.complete()
        dialler.unsubscribe()
        const end = await within(heard.ended, 'the far end')
        check('complete' in end, `the far end sees an end, not ${whyOf(end)}`)
        sameBytes(joined(heard.values), last, 'last words')
      }),
  },
  {
    name: 'ends our half by itself when unsubscribed',
    run: rig$ =>
      withPair(rig$, async ({ dialled, accepted, dialler }) => {
        dialled.outgoing.next(Uint8Array.of(5))
        dialler.unsubscribe()
        sameBytes(await wholeOf(accepted, 'the far end'), Uint8Array.of(5), 'what was queued')
      }),
  },
  {
    name: 'suffers the far end to go on talking after we hung up',
    run: rig$ =>
      withPair(rig$, async ({ accepted, dialler }) => {
        const heard = record(accepted.incoming)
        dialler.unsubscribe()
        await within(heard.ended, 'the far end')
        for (let i = 0; i < 20; i += 1) accepted.outgoing.next(patterned(50_000, i))
        await pause(20)
        accepted.outgoing.complete()
      }),
  },
  {
    name: 'fails the dialler with exactly the error that aborted the pipe, and ends the far end',
    run: rig$ =>
      withPair(rig$, async ({ dialled, accepted, dialler }) => {
        const far = record(accepted.incoming)
        const why = new Error('enough')
        dialled.outgoing.error(why)
        const end = await within(dialler.ended, 'the dialler')
        same('error' in end && end.error, why, 'the error')
        await within(far.ended, 'the far end')
      }),
  },
  {
    name: 'ends the reader when the accepted end aborts',
    run: rig$ =>
      withPair(rig$, async ({ dialled, accepted }) => {
        const near = record(dialled.incoming)
        accepted.outgoing.error(new Error('enough'))
        await within(near.ended, 'the near end')
      }),
  },
  {
    name: 'carries 8 MiB whole, and says when it is full and when it is not',
    run: rig$ =>
      withPair(rig$, async ({ dialled, accepted }) => {
        const fullness = record(dialled.writable)
        same(fullness.values[0], true, 'writable at first')
        const chunk = patterned(64 * 1_024, 3)
        for (let i = 0; i < 128; i += 1) dialled.outgoing.next(chunk)
        await until(() => (fullness.values.includes(false) ? true : undefined), 'full')
        await pause(10)
        const whole = wholeOf(accepted, '8 MiB')
        await until(() => (fullness.values.at(-1) === true ? true : undefined), 'writable again')
        dialled.outgoing.complete()
        same((await whole).length, 8 * 1_024 * 1_024, 'bytes')
      }),
  },
  {
    name: 'takes an empty chunk without harm',
    run: rig$ =>
      withPair(rig$, async ({ dialled, accepted }) => {
        dialled.outgoing.next(new Uint8Array(0))
        dialled.outgoing.next(Uint8Array.of(1))
        dialled.outgoing.next(new Uint8Array(0))
        dialled.outgoing.complete()
        sameBytes(await wholeOf(accepted, 'the far end'), Uint8Array.of(1), 'what is not empty')
      }),
  },
  {
    name: 'brings any view of a buffer, and that alone',
    run: rig$ =>
      withPair(rig$, async ({ dialled, accepted }) => {
        const all = patterned(4_096, 4)
        dialled.outgoing.next(all.subarray(100, 300))
        dialled.outgoing.next(all.subarray(300, 4_000))
        dialled.outgoing.complete()
        sameBytes(await wholeOf(accepted, 'the far end'), all.slice(100, 4_000), 'the views')
        same(all.length, 4_096, 'the buffer of a view is still there')
      }),
  },
  {
    name: 'dials anew with each subscription',
    run: rig$ =>
      withRig(rig$, async ({ dial, pipes$ }) => {
        const arrivals = record(pipes$, echo)
        for (let i = 1; i <= 3; i += 1) {
          const dialler = record(dial)
          const pipe = await until(() => dialler.values[0], 'a pipe')
          const heard = record(pipe.incoming)
          pipe.outgoing.next(Uint8Array.of(i))
          await until(() => (joined(heard.values)[0] === i ? true : undefined), 'its echo')
          dialler.unsubscribe()
          same(arrivals.values.length, i, 'pipes accepted')
        }
        arrivals.unsubscribe()
      }),
  },
  {
    name: 'serves many clients at once, and outlives one that breaks',
    run: rig$ =>
      withRig(rig$, async ({ dial, pipes$ }) => {
        const arrivals = record(pipes$, echo)
        const diallers = Array.from({ length: 25 }, () => record(dial))
        const heard = await Promise.all(
          diallers.map(async (dialler, i) => {
            const pipe = await until(() => dialler.values[0], 'a pipe')
            const notes = record(pipe.incoming)
            pipe.outgoing.next(patterned(5_000, i))
            return { notes, pipe }
          }),
        )
        heard[3]!.pipe.outgoing.error(new Error('enough'))
        for (const [i, { notes }] of heard.entries()) {
          if (i === 3) continue
          await until(() => (joined(notes.values).length === 5_000 ? true : undefined), `echo ${i}`)
          sameBytes(joined(notes.values), patterned(5_000, i), `echo ${i}`)
        }
        const late = record(dial)
        await until(() => late.values[0], 'a pipe after the break')
        await until(() => (arrivals.values.length === 26 ? true : undefined), 'the listener')
        same(arrivals.end(), undefined, 'the listener')
        for (const dialler of [...diallers, late]) dialler.unsubscribe()
        arrivals.unsubscribe()
      }),
  },
]
