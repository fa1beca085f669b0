import test from 'ava'
import * as io from 'io-ts'
import { catchError, ignoreElements, mergeMap, NEVER, takeUntil, tap, throwError, timer, type Observable } from 'rxjs'
import { contract, request } from 'sluice'
import { marbles, type MarbleHelpers } from 'sluice/testing'
import { compileContract } from '../../src/contract/compile-contract.js'
import { PipeError } from '../../src/pipe/pipe-error.js'
import { session } from '../../src/session/session.js'
import type { Session } from '../../src/session/session-options.js'
import type { Frame, Goodbye, SessionFrame } from '../../src/wire/frame.js'
import { framed } from '../../src/wire/framed.js'
import { memoryPair } from '../../src/transport/memory-pipes.js'
import { readIn } from '../wire/arbitrary-frame.js'
import { helloOf, verdicts } from './arrange.js'
import { letterOf, optionsOf, rig } from './rig.js'

const secret = new Uint8Array(32).fill(7)
const other = new Uint8Array(32).fill(8)
const done: Goodbye = { _tag: 'Goodbye', reason: 'DONE', message: '' }
const hello = helloOf({ nonce: 2 })

/** Errors as texts that say enough. */
const named = <T>(source$: Observable<T>): Observable<T> =>
  source$.pipe(
    catchError((error: unknown) => {
      const { _tag: tag, why } = error as Error & { readonly _tag: string; readonly why?: string }
      return throwError(() => (why === undefined ? tag : `${tag} ${why}`))
    }),
  )

/** Plays a far end: each frame at its time, in milliseconds. */
const play = ({ scheduler }: MarbleHelpers, far: { next(frame: Frame): void }, script: Record<number, Frame>): void => {
  for (const [at, frame] of Object.entries(script)) scheduler.schedule(() => far.next(frame), Number(at))
}

/** A far end that does what it has to, up to a session at 20 ms of ours. */
const settle: Record<number, SessionFrame> = { 0: hello, 10: verdicts }

test('two ends greet each other, say their verdicts, and have a session when both have arrived', t => {
  marbles(t, helpers => {
    const { expectObservable, expectFrames } = helpers
    const { pipe, far, near, back } = rig(helpers)
    const expected = '20ms s'
    expectObservable(letterOf(pipe, optionsOf(helpers)), '30ms !').toBe(expected)
    expectObservable(letterOf(far, optionsOf(helpers)), '30ms !').toBe(expected)
    expectFrames(near).toBe('H 9ms V 19ms (G|)')
    expectFrames(back).toBe('H 9ms V 19ms (G|)')
  })
})

test('proofs come behind the hellos, and descriptors behind the proofs', t => {
  marbles(t, helpers => {
    const { expectObservable, expectFrames } = helpers
    const ours = compileContract(contract('demo.Kitchen', { howAreYou: request(io.string, io.string) }))
    const theirs = compileContract(
      contract('demo.Kitchen', { howAreYou: request(io.string, io.string), bye: request(io.void, io.void) }),
    )
    const { pipe, far, near, back } = rig(helpers, [secret, secret])
    expectObservable(letterOf(pipe, optionsOf(helpers, { uses: [ours] })), '50ms !').toBe('40ms s')
    expectObservable(letterOf(far, optionsOf(helpers, { serves: [theirs] })), '50ms !').toBe('40ms s')
    expectFrames(near).toBe('H 9ms P 9ms D 9ms V 19ms (G|)')
    expectFrames(back).toBe('H 9ms P 9ms D 9ms V 19ms (G|)', { D: { contracts: [described(theirs)] } })
  })
})

const described = ({ contract: { name }, descriptors }: ReturnType<typeof compileContract>) => ({
  contract: name,
  fileDescriptorSet: descriptors,
})

test('another secret ends in a refusal at both ends, and the pipe is aborted', t => {
  marbles(t, helpers => {
    const { expectObservable, expectFrames } = helpers
    const { pipe, far, near, back } = rig(helpers, [secret, other])
    for (const end of [pipe, far])
      expectObservable(named(letterOf(end, optionsOf(helpers)))).toBe('20ms #', undefined, 'Refused proof')
    expectFrames(near).toBe('H 9ms P 9ms (G#)', { G: { reason: 'REFUSED', message: 'refused' } })
    expectFrames(back).toBe('H 9ms P 9ms (G#)', { G: { reason: 'REFUSED', message: 'refused' } })
  })
})

test('a far end that never speaks is refused when the time is over', t => {
  marbles(t, helpers => {
    const { expectObservable, expectFrames } = helpers
    const { pipe, near } = rig(helpers)
    expectObservable(named(letterOf(pipe, optionsOf(helpers)))).toBe('100ms #', undefined, 'Refused late')
    expectFrames(near).toBe('H 99ms (G#)', { G: { reason: 'LATE' } })
  })
})

test('the time of the handshake is not the session’s', t => {
  marbles(t, helpers => {
    const { pipe, far, near } = rig(helpers)
    play(helpers, far.outgoing, settle)
    helpers.expectObservable(letterOf(pipe, optionsOf(helpers)), '400ms !').toBe('20ms s')
    helpers.expectFrames(near).toBe('H 9ms V 389ms (G|)')
  })
})

test('a far end that refuses fails it with the far end’s words, and gets no goodbye', t => {
  marbles(t, helpers => {
    const { pipe, far, near } = rig(helpers)
    play(helpers, far.outgoing, { 0: hello, 5: { _tag: 'Goodbye', reason: 'REFUSED', message: 'kitchen closed' } })
    const error = session(optionsOf(helpers))(pipe).pipe(
      catchError((thrown: unknown) => throwError(() => (thrown as Error).message)),
    )
    helpers.expectObservable(error).toBe('15ms #', undefined, 'the far end refused the session: kitchen closed')
    helpers.expectFrames(near).toBe('H 9ms V----#')
  })
})

const stages = { 'before the far end’s hello': {}, 'in the handshake': { 0: hello }, 'in a session': settle }

for (const [stage, script] of Object.entries(stages)) {
  const begins = stage === 'in a session' ? '20ms s 19ms ' : '40ms '

  test(`a far end that says goodbye ${stage} ends it in order, and is answered`, t => {
    marbles(t, helpers => {
      const { pipe, far, near, ended$ } = rig(helpers)
      play(helpers, far.outgoing, { ...script, 30: done })
      helpers.scheduler.schedule(() => far.outgoing.complete(), 30)
      helpers.expectObservable(letterOf(pipe, optionsOf(helpers))).toBe(`${begins}|`)
      helpers.expectObservable(ended$).toBe('40ms |')
      helpers.expectFrames(near).toBe(0 in script ? 'H 9ms V 29ms (G|)' : 'H 39ms (G|)', { G: { reason: 'DONE' } })
    })
  })

  test(`an end-of-file without a goodbye ${stage} is an error`, t => {
    marbles(t, helpers => {
      const { pipe, far, near } = rig(helpers)
      play(helpers, far.outgoing, script)
      helpers.scheduler.schedule(() => far.outgoing.complete(), 30)
      helpers
        .expectObservable(named(letterOf(pipe, optionsOf(helpers))))
        .toBe(`${begins}#`, undefined, 'PipeError ended')
      helpers.expectFrames(near).toBe(0 in script ? 'H 9ms V 29ms #' : 'H 39ms #')
    })
  })

  test(`a pipe that breaks ${stage} is its error`, t => {
    marbles(t, helpers => {
      const { pipe, far } = rig(helpers)
      play(helpers, far.outgoing, script)
      helpers.scheduler.schedule(() => far.outgoing.error(new PipeError('aborted', 'gone')), 30)
      helpers
        .expectObservable(named(letterOf(pipe, optionsOf(helpers))))
        .toBe(`${begins}#`, undefined, 'PipeError reset')
    })
  })

  test(`unsubscribing ${stage} says goodbye, ends our half, and lets go of the pipe`, t => {
    marbles(t, helpers => {
      const { pipe, far, near } = rig(helpers)
      play(helpers, far.outgoing, script)
      let reading = false
      const incoming = pipe.incoming.pipe(
        tap({ subscribe: () => (reading = true), unsubscribe: () => (reading = false) }),
      )
      helpers.scheduler.schedule(() => t.true(reading), 29)
      helpers.scheduler.schedule(() => t.false(reading), 31)
      helpers
        .expectObservable(letterOf({ ...pipe, incoming }, optionsOf(helpers)), '30ms !')
        .toBe(stage === 'in a session' ? '20ms s' : '')
      helpers.expectFrames(near).toBe(0 in script ? 'H 9ms V 19ms (G|)' : 'H 29ms (G|)', { G: { reason: 'DONE' } })
    })
  })
}

test('nothing is said before subscription, and nothing after unsubscription', t => {
  marbles(t, helpers => {
    const { pipe, far, near } = rig(helpers)
    const session$ = letterOf(pipe, optionsOf(helpers))
    play(helpers, far.outgoing, { ...settle, 40: { _tag: 'Ping', token: 1 } })
    helpers.expectObservable(session$, '5ms ^ 24ms !').toBe('20ms s')
    helpers.expectFrames(near).toBe('5ms H 9ms V 14ms (G|)')
  })
})

/** Runs a session, and does something with it the moment it is there. */
const withSession = (session$: Observable<Session>, use: (session: Session) => void): Observable<Session> =>
  session$.pipe(tap(use))

test('whoever says goodbye completes when the far end has ended its half too', t => {
  marbles(t, helpers => {
    const { pipe, far, near, back } = rig(helpers)
    const leaving$ = withSession(session(optionsOf(helpers))(pipe), agreed =>
      helpers.scheduler.schedule(() => agreed.goodbye('closing time'), 10),
    ).pipe(ignoreElements())
    helpers.expectObservable(leaving$).toBe('50ms |')
    helpers.expectObservable(letterOf(far, optionsOf(helpers))).toBe('20ms s 19ms |')
    helpers.expectFrames(near).toBe('H 9ms V 19ms (G|)', { G: { reason: 'DONE', message: 'closing time' } })
    helpers.expectFrames(back).toBe('H 9ms V 29ms (G|)')
  })
})

test('both ends may say goodbye at once', t => {
  marbles(t, helpers => {
    const { pipe, far, near, back } = rig(helpers)
    for (const end of [pipe, far]) {
      const leaving$ = withSession(session(optionsOf(helpers))(end), agreed => agreed.goodbye())
      helpers.expectObservable(leaving$.pipe(ignoreElements())).toBe('30ms |')
    }
    helpers.expectFrames(near).toBe('H 9ms V 9ms (G|)')
    helpers.expectFrames(back).toBe('H 9ms V 9ms (G|)')
  })
})

test('whoever has said goodbye does not mind how the far end goes, nor whether', t => {
  for (const how of ['stays', 'ends', 'breaks'] as const)
    marbles(t, helpers => {
      const { pipe, far } = rig(helpers)
      play(helpers, far.outgoing, settle)
      helpers.scheduler.schedule(() => {
        if (how === 'ends') far.outgoing.complete()
        if (how === 'breaks') far.outgoing.error(new PipeError('aborted', 'gone'))
      }, 30)
      const leaving$ = withSession(session(optionsOf(helpers))(pipe), agreed => agreed.goodbye())
      helpers.expectObservable(leaving$.pipe(ignoreElements())).toBe(how === 'stays' ? '70ms |' : '40ms |')
    })
})

test('after the goodbye nothing more is said, and call frames that still come go nowhere', t => {
  marbles(t, helpers => {
    const { pipe, far, near } = rig(helpers)
    const got: string[] = []
    play(helpers, far.outgoing, { ...settle, 15: { _tag: 'Cancel', id: 2 }, 25: { _tag: 'Cancel', id: 4 } })
    helpers.scheduler.schedule(() => far.outgoing.next({ _tag: 'Next', id: 4, payload: new Uint8Array(1) }), 26)
    const leaving$ = withSession(session(optionsOf(helpers))(pipe), agreed => {
      const calls = agreed.pipe
      calls.incoming.subscribe(frame => got.push(`${frame._tag}${frame.id}`))
      helpers.scheduler.schedule(() => {
        agreed.goodbye()
        calls.outgoing.next({ _tag: 'Cancel', id: 1 })
      }, 10)
    })
    helpers.expectObservable(leaving$.pipe(ignoreElements())).toBe('80ms |')
    helpers.expectFrames(near).toBe('H 9ms V 19ms (G|)')
    helpers.scheduler.schedule(() => t.deepEqual(got, ['Cancel2']), 79)
  })
})

test('call frames go both ways, and behind the far end’s verdicts at once', t => {
  marbles(t, helpers => {
    const { pipe, far, near } = rig(helpers)
    play(helpers, far.outgoing, settle)
    helpers.scheduler.schedule(() => far.outgoing.next({ _tag: 'Cancel', id: 2 }), 10)
    const frames$ = session(optionsOf(helpers))(pipe).pipe(
      mergeMap(({ pipe: calls }) => {
        calls.outgoing.next({ _tag: 'Cancel', id: 1 })
        return calls.incoming
      }),
    )
    helpers.expectObservable(frames$, '30ms !').toBe('20ms x', { x: { _tag: 'Cancel', id: 2 } })
    helpers.expectFrames(near).toBe('H 9ms V 9ms X 9ms (G|)', { X: { id: 1 } })
  })
})

test('a ping is answered with its token; our own completes when its pong is back', t => {
  marbles(t, helpers => {
    const { pipe, far, near, back } = rig(helpers)
    const pinged$ = session(optionsOf(helpers))(pipe).pipe(mergeMap(agreed => agreed.ping()))
    helpers.expectObservable(pinged$, '60ms !').toBe('-')
    const ended: number[] = []
    const pingTwice = (agreed: Session) => {
      for (let i = 0; i < 2; i++) agreed.ping().subscribe({ complete: () => ended.push(helpers.scheduler.now()) })
    }
    const other$ = withSession(session(optionsOf(helpers))(far), pingTwice).pipe(ignoreElements())
    helpers.expectObservable(other$, '59ms !').toBe('-')
    helpers
      .expectFrames(near)
      .toBe('H 9ms V 9ms i 9ms (oo) 26ms (G|)', { i: { token: 1 }, o: [{ token: 1 }, { token: 2 }] })
    helpers.expectFrames(back).toBe('H 9ms V 9ms (ii) 6ms o 28ms (G|)')
    helpers.scheduler.schedule(() => t.deepEqual(ended, [40, 40]), 50)
  })
})

test('a ping that is under way when the session ends fails, and so does one after it', t => {
  marbles(t, helpers => {
    const { pipe, far } = rig(helpers)
    play(helpers, far.outgoing, { ...settle, 30: done })
    const errors: string[] = []
    const fail = (error: unknown) => void errors.push(`${(error as PipeError).why} ${helpers.scheduler.now()}`)
    const session$ = withSession(session(optionsOf(helpers))(pipe), agreed => {
      agreed.ping().subscribe({ error: fail })
      helpers.scheduler.schedule(() => agreed.ping().subscribe({ error: fail }), 25)
    })
    helpers.expectObservable(session$.pipe(ignoreElements())).toBe('40ms |')
    helpers.scheduler.schedule(() => t.deepEqual(errors, ['ended 40', 'ended 45']), 50)
  })
})

test('a pong that nobody waits for, and an ack, are passed over in a session', t => {
  marbles(t, helpers => {
    const { pipe, far, near } = rig(helpers)
    play(helpers, far.outgoing, { ...settle, 15: { _tag: 'Pong', token: 77 }, 16: { _tag: 'Ack', position: 3 } })
    helpers.expectObservable(letterOf(pipe, optionsOf(helpers)), '40ms !').toBe('20ms s')
    helpers.expectFrames(near).toBe('H 9ms V 29ms (G|)')
  })
})

test('a frame of the handshake after the handshake is a violation', t => {
  for (const frame of [
    hello,
    verdicts,
    { _tag: 'Proof', mac: secret, resume: undefined },
    { _tag: 'Descriptors', contracts: [] },
  ] as const)
    marbles(t, helpers => {
      const { pipe, far, near } = rig(helpers)
      play(helpers, far.outgoing, { ...settle, 20: frame })
      helpers
        .expectObservable(named(letterOf(pipe, optionsOf(helpers))))
        .toBe('20ms s 9ms #', undefined, 'ProtocolViolation')
      helpers.expectFrames(near).toBe('H 9ms V 19ms (G#)', { G: { reason: 'VIOLATION' } })
    })
})

test('whoever finds a violation in the calls cuts the far end off, and says which rule', t => {
  marbles(t, helpers => {
    const { pipe, far, near } = rig(helpers)
    const cut$ = withSession(session(optionsOf(helpers))(pipe), agreed => agreed.violated('call 7 was never opened'))
    helpers.expectObservable(named(cut$).pipe(ignoreElements())).toBe('20ms #', undefined, 'ProtocolViolation')
    helpers
      .expectObservable(named(letterOf(far, optionsOf(helpers))))
      .toBe('20ms s 9ms #', undefined, 'Refused far-end')
    helpers.expectFrames(near).toBe('H 9ms V 9ms (G#)', { G: { reason: 'VIOLATION' } })
    helpers.scheduler.schedule(() => {
      const last = near.seen.find(seen => 'frame' in seen && seen.frame._tag === 'Goodbye')
      t.regex(JSON.stringify(last), /call 7 was never opened/)
    }, 30)
  })
})

test('garbage instead of a handshake is a violation, which the far end is told of', t => {
  marbles(t, helpers => {
    const { dialled, accepted } = memoryPair()
    const heard: Uint8Array[] = []
    accepted.incoming.subscribe({ next: bytes => heard.push(bytes), error: () => undefined })
    helpers.scheduler.schedule(
      () => accepted.outgoing.next(new TextEncoder().encode('GET / HTTP/1.1\r\n'.repeat(9))),
      5,
    )
    helpers
      .expectObservable(named(letterOf(framed()(dialled), optionsOf(helpers))))
      .toBe('-----#', undefined, 'ProtocolViolation')
    helpers.scheduler.schedule(() => t.like(readIn(heard), [{ _tag: 'Hello' }, { reason: 'VIOLATION' }]), 10)
  })
})

test('descriptors that do not hold what was promised are a violation', t => {
  marbles(t, helpers => {
    const ours = compileContract(contract('demo.Kitchen', { howAreYou: request(io.string, io.string) }))
    const { pipe, far, near } = rig(helpers)
    const offer = { contract: 'demo.Kitchen', fingerprint: new Uint8Array(32), methods: ['howAreYou'] }
    play(helpers, far.outgoing, { 0: { ...hello, serves: [offer] }, 5: { _tag: 'Descriptors', contracts: [] } })
    helpers
      .expectObservable(named(letterOf(pipe, optionsOf(helpers, { uses: [ours] }))))
      .toBe('15ms #', undefined, 'ProtocolViolation')
    helpers.expectFrames(near).toBe('H 9ms D----(G#)', { G: { reason: 'VIOLATION' } })
  })
})

test('a session that is required to match is refused where it does not, at both ends', t => {
  marbles(t, helpers => {
    const ours = compileContract(contract('demo.Kitchen', { howAreYou: request(io.string, io.string) }))
    const theirs = compileContract(contract('demo.Kitchen', { howAreYou: request(io.number, io.string) }))
    const { pipe, far, near, back } = rig(helpers)
    const strict = optionsOf(helpers, { uses: [ours], validation: 'require' })
    for (const [end, options] of [
      [pipe, strict],
      [far, optionsOf(helpers, { serves: [theirs] })],
    ] as const)
      helpers.expectObservable(named(letterOf(end, options))).toBe('30ms #', undefined, 'Refused schema')
    helpers.expectFrames(near).toBe('H 9ms D 9ms V 9ms (G#)', { G: { reason: 'SCHEMA' } })
    helpers.expectFrames(back).toBe('H 9ms D 9ms V 9ms (G#)', { G: { reason: 'SCHEMA' } })
  })
})

test('a dialler of that pipe fails with what its session failed with', t => {
  marbles(t, helpers => {
    const { pipe, ended$ } = rig(helpers)
    helpers.run(letterOf({ ...pipe, incoming: NEVER }, optionsOf(helpers)).pipe(catchError(() => NEVER)))
    helpers.expectObservable(named(ended$)).toBe('100ms #', undefined, 'Refused late')
  })
})

test('letting go in the very moment the session begins is an orderly end', t => {
  marbles(t, helpers => {
    const { pipe, far, near } = rig(helpers)
    play(helpers, far.outgoing, settle)
    helpers.expectObservable(letterOf(pipe, optionsOf(helpers)).pipe(takeUntil(timer(20)))).toBe('20ms |')
    helpers.expectFrames(near).toBe('H 9ms V 9ms (G|)')
  })
})
