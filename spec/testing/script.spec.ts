import assert from 'node:assert/strict'
import test from 'ava'
import { catchError, ignoreElements, map, mergeMap, NEVER, of, take, tap, timer, toArray, type Observable } from 'rxjs'
import { answer, linear, memoryPair, peer, reconnect, serve, type Frame, type Peer } from 'sluice'
import { createMarbles, cutAt, marbles, type MarbleHelpers, type Script } from 'sluice/testing'
import { session } from '../../src/session/session.js'
import { Kitchen } from '../peer/kitchen.js'
import { named } from '../peer/named.js'
import { optionsOf } from '../session/rig.js'

/** This end as it calls a scripted kitchen. */
const asClient = <T>(
  { random }: MarbleHelpers,
  dial: Script['dial'],
  use: (remote: Peer<typeof Kitchen>['remote']) => Observable<T>,
): Observable<T | string> =>
  named(
    dial.pipe(
      peer({ uses: Kitchen, random }),
      mergeMap(({ remote }) => use(remote)),
    ),
  )

test('answers what it hears, when it hears it, with the values of the contract', t => {
  marbles(t, helpers => {
    const { dial, left, right } = helpers.script('[O] 5ms R', {
      serves: Kitchen,
      values: { '[O]': { method: 'greet', value: 'Ann' }, R: { value: 'hello, Ann' } },
    })
    const answer$ = asClient(helpers, dial, remote => remote.greet('Ann'))
    helpers.expectObservable(answer$, '60ms !').toBe('45ms a', { a: 'hello, Ann' })
    helpers.expectFrames(left).toBe(' H 9ms V 9ms O 39ms (G|)')
    helpers.expectFrames(right).toBe('H 9ms V 24ms R 34ms (G|)', { R: { id: 1, value: 'hello, Ann' } })
  })
})

test('a stream of items, each at its time, and its end', t => {
  marbles(t, helpers => {
    const { dial } = helpers.script('[O] 3ms N--N 7ms (NC)', {
      serves: Kitchen,
      values: { N: [{ value: 1 }, { value: 2 }, { value: 3 }] },
    })
    const items$ = asClient(helpers, dial, remote => remote.ticks(3))
    helpers.expectObservable(items$, '80ms !').toBe('43ms a--b 7ms c', { a: 1, b: 2, c: 3 })
  })
})

test('waits for one after the other, and passes over what comes in between', t => {
  marbles(t, helpers => {
    // an upload: its Open and two items, the Complete; whatever else
    const { dial, left } = helpers.script('[O] + [NNC] R', {
      serves: Kitchen,
      values: { '+': { items: 5, bytes: 1_000 }, '[N]': [{ value: 2 }, { value: 5 }], R: { value: 7 } },
    })
    const sum$ = asClient(helpers, dial, remote => remote.weigh([2, 5]))
    helpers.expectObservable(sum$, '80ms !').toBe('60ms a', { a: 7 })
    helpers.expectFrames(left).toBe('H 9ms V 9ms O 19ms (NNC) 35ms (G|)')
  })
})

test('what has come while it said or waited for something else counts as heard', t => {
  marbles(t, helpers => {
    const { dial, right } = helpers.script('[O] 30ms N [X] 5ms i', { serves: Kitchen, values: { N: { value: 1 } } })
    const cancelled$ = asClient(helpers, dial, remote => named(remote.ticks(1, { timeout: 5 })))
    helpers.expectObservable(cancelled$, '90ms !').toBe('25ms t', { t: 'Timeout' })
    helpers.expectFrames(right).toBe('H 9ms V 49ms N 5ms i 33ms (G|)')
  })
})

test('plays the end that calls as well, and this end serves', t => {
  marbles(t, helpers => {
    const { pipes$, left, right } = helpers.script('5ms O [R]', {
      uses: Kitchen,
      values: { O: { method: 'bake', value: 3 }, '[R]': { value: 'loaf 3' } },
    })
    helpers.run(
      pipes$.pipe(
        peer({ serves: Kitchen, random: helpers.random }),
        mergeMap(client => client.incoming.bake.pipe(answer(n => `loaf ${n}`))),
      ),
    )
    helpers.expectFrames(left).toBe(' H 9ms V 14ms O 59974ms (G|)')
    helpers.expectFrames(right).toBe('H 9ms V 24ms R 59964ms (G|)')
  })
})

test('several calls: each Open has the next id, and what is said goes to the last unless it names another', t => {
  marbles(t, helpers => {
    const { pipes$, left } = helpers.script('(OO) 20ms X X', {
      uses: Kitchen,
      values: {
        O: [
          { method: 'greet', value: 'Ann' },
          { method: 'ticks', value: 1 },
        ],
        X: [{}, { id: 1 }],
      },
    })
    helpers.run(
      pipes$.pipe(
        peer({ serves: Kitchen, random: helpers.random }),
        mergeMap(client => serve(client, { ...never, greet: () => NEVER })),
      ),
    )
    helpers.expectFrames(left).toBe('H 9ms V 9ms (OO) 20ms XX 59954ms (G|)', {
      O: [
        { id: 1, method: 'greet', credit: undefined },
        { id: 3, method: 'ticks', credit: { items: 256, bytes: 1024 * 1024 } },
      ],
      X: [{ id: 3 }, { id: 1 }],
    })
  })
})

const never = {
  greet: () => NEVER,
  bake: () => NEVER,
  ticks: () => NEVER,
  weigh: () => NEVER,
  chat: () => NEVER,
  shout: () => NEVER,
}

test('answers pings and goodbyes of its own accord', t => {
  marbles(t, helpers => {
    const { dial, right } = helpers.script('', { serves: Kitchen })
    const flushed$ = dial.pipe(
      peer({ uses: Kitchen, random: helpers.random }),
      mergeMap(client => client.flush()),
    )
    helpers.expectObservable(flushed$, '60ms !').toBe('')
    helpers.expectFrames(right).toBe('H 9ms V 19ms o 39ms (G|)')
  })
})

test('a diagram with an H goes through the handshake itself, and nothing is done for it', t => {
  marbles(t, helpers => {
    const { dial, left, right } = helpers.script('H [H] V [V] [i] 10ms [G]', { serves: Kitchen })
    const flushed$ = dial.pipe(
      peer({ uses: Kitchen, random: helpers.random }),
      mergeMap(client => client.flush()),
    )
    helpers.expectObservable(flushed$, '60ms !').toBe('')
    helpers.expectFrames(left).toBe(' H 9ms V 9ms i 39ms (G|)')
    helpers.expectFrames(right).toBe('H 9ms V 59989ms |')
  })
})

test('a handshake that goes wrong as the diagram says', t => {
  marbles(t, helpers => {
    const { dial, left } = helpers.script('H [G]', {
      serves: Kitchen,
      values: { H: { versions: [9] }, '[G]': { reason: 'REFUSED' } },
    })
    helpers.expectObservable(asClient(helpers, dial, () => NEVER)).toBe('10ms (r|)', { r: 'Refused version' })
    helpers.expectFrames(left).toBe('H 9ms (G#)')
  })
})

test('a typed failure is a value of the contract’s, any other a defect', t => {
  marbles(t, helpers => {
    const { dial } = helpers.script('[O] F [O] F', {
      serves: Kitchen,
      values: { F: [{ value: { _tag: 'OutOfBread', left: 2 } }, { message: 'no such loaf', name: 'RangeError' }] },
    })
    const both$ = asClient(helpers, dial, remote =>
      of(2, 1).pipe(mergeMap(n => remote.bake(n).pipe(catchError((error: unknown) => of(told(error as never)))), 1)),
    )
    helpers.expectObservable(both$, '90ms !').toBe('40ms a 19ms b', { a: 'Failure 2', b: 'Defect no such loaf' })
  })
})

const told = ({ _tag, failure, defect }: { _tag: string; failure?: { left: number }; defect?: { message: string } }) =>
  `${_tag} ${failure?.left ?? defect?.message}`

test('an abortion is the death of the far end, an end without a goodbye too', t => {
  for (const [diagram, why] of [
    ['[O] 5ms #', 'reset'],
    ['[O] 5ms |', 'ended'],
  ] as const)
    marbles(t, helpers => {
      const { dial } = helpers.script(diagram, { serves: Kitchen })
      const dead$ = asClient(helpers, dial, remote => remote.ticks(1).pipe(named))
      helpers.expectObservable(dead$).toBe('45ms (de|)', { d: 'Disconnected', e: `PipeError ${why}` })
    })
})

test('a goodbye in the diagram ends the session in order', t => {
  marbles(t, helpers => {
    const { dial, left } = helpers.script('10ms (G|)', { serves: Kitchen, values: { G: { message: 'closing time' } } })
    helpers
      .expectObservable(dial.pipe(peer({ uses: Kitchen, random: helpers.random }), ignoreElements()))
      .toBe('40ms |')
    helpers.expectFrames(left).toBe('H 9ms V 29ms (G|)')
  })
})

test('bytes of any kind, between frames too, are said in order', t => {
  marbles(t, helpers => {
    const { dial, right } = helpers.script('[O] (Ng)', {
      serves: Kitchen,
      values: { N: { value: 1 }, g: new TextEncoder().encode('GET / HTTP/1.1\r\n'.repeat(9)) },
    })
    const cut$ = asClient(helpers, dial, remote => remote.ticks(1).pipe(named))
    helpers.expectObservable(cut$).toBe('40ms (ade|)', { a: 1, d: 'Disconnected', e: 'ProtocolViolation' })
    helpers.expectFrames(right).toBe('H 9ms V 19ms (N?) 16ms #')
  })
})

test('a letter of one’s own stands for the frame whose tag it names', t => {
  marbles(t, helpers => {
    const { dial } = helpers.script('[O] a-b-c', {
      serves: Kitchen,
      values: { a: { _tag: 'Next', value: 1 }, b: { _tag: 'Next', value: 2 }, c: { _tag: 'Complete' } },
    })
    const items$ = asClient(helpers, dial, remote => remote.ticks(2).pipe(toArray(), map(String)))
    helpers.expectObservable(items$, '80ms !').toBe('44ms a', { a: '1,2' })
  })
})

test('a list has a script for each pipe in turn, and nobody is there behind the last', t => {
  marbles(t, helpers => {
    const { dial } = helpers.script(['[O] N #', '[O] (NC)'], { serves: Kitchen, values: { N: { value: 1 } } })
    const dialled$ = dial.pipe(
      reconnect(linear({ every: 100, maxAttempts: 3 })),
      peer({ uses: Kitchen, random: helpers.random }),
      mergeMap(({ remote }) =>
        timer(0, 100).pipe(
          take(2),
          mergeMap(() => named(remote.ticks(1))),
        ),
      ),
    )
    helpers.expectObservable(dialled$, '400ms !').toBe('40ms al 139ms a', {
      a: 1,
      l: 'SessionLost unknown',
    })
  })
})

test('a single script is played on every pipe, from its beginning', t => {
  marbles(t, helpers => {
    const { dial } = helpers.script('[O] 5ms R #', { serves: Kitchen, values: { R: { value: 'x' } } })
    const asked$ = dial.pipe(
      reconnect(linear({ every: 50 })),
      peer({ uses: Kitchen, random: helpers.random }),
      mergeMap(({ remote }) =>
        timer(0, 60).pipe(
          take(2),
          mergeMap(() => named(remote.greet('Ann'))),
        ),
      ),
    )
    helpers.expectObservable(asked$, '200ms !').toBe('45ms a 95ms a', { a: 'x' })
  })
})

test('a list of clients come to a server one after the other', t => {
  const tags: string[] = []
  marbles(t, helpers => {
    const { pipes$, left } = helpers.script(['O [R] (G|)', 'H [G]', 'O [R] (G|)'], {
      uses: Kitchen,
      values: { O: { method: 'greet', value: 'Ann' }, H: { nonce: new Uint8Array(3) } },
    })
    helpers.run(
      pipes$.pipe(
        peer({
          serves: Kitchen,
          random: helpers.random,
          refused: error => tags.push((error as { _tag: string })._tag),
        }),
        mergeMap(client => client.incoming.greet.pipe(answer(name => name))),
      ),
    )
    helpers.expectFrames(left).toBe('H 9ms V 9ms O 19ms (G|) 6ms H 19ms (|H) 6ms V 9ms O 19ms (G|)')
  })
  t.deepEqual(tags, ['ProtocolViolation'])
})

test('plays on a bare pipe of frames', t => {
  marbles(t, helpers => {
    const { dialled, accepted } = memoryPair<Frame>()
    const { play } = helpers.script('[X] 5ms X', { values: { '[X]': { id: 1 }, X: { id: 2 } } })
    helpers.run(play(accepted))
    const frames$ = session(optionsOf(helpers))(dialled).pipe(
      tap(({ pipe }) => pipe.outgoing.next({ _tag: 'Cancel', id: 1 })),
      mergeMap(({ pipe }) => pipe.incoming),
    )
    helpers.expectObservable(frames$, '30ms !').toBe('-----x', { x: { _tag: 'Cancel', id: 2 } })
  })
})

test('faults and latency stand between, as on any wire', t => {
  marbles(t, helpers => {
    const { dial } = helpers.script('[O] 5ms R', {
      serves: Kitchen,
      values: { R: { value: 'late' } },
      latency: 50,
      left: cutAt('120ms x'),
    })
    const lost$ = asClient(helpers, dial, remote => named(remote.greet('Ann')))
    helpers.expectObservable(lost$).toBe('120ms (de|)', { d: 'Disconnected', e: 'PipeError ended' })
  })
})

const failing = (scene: (helpers: MarbleHelpers) => void): string => {
  try {
    createMarbles({ assertDeepEqual: assert.deepStrictEqual })(scene, { end: 100 })
  } catch (error) {
    return (error as Error).message
  }
  return 'nothing failed'
}

test('what is waited for and never said fails the test, and says since when', t => {
  const message = failing(helpers => {
    const { dial } = helpers.script('[O] 5ms R [O] 5ms R', { serves: Kitchen, values: { R: { value: 'x' } } })
    helpers.run(asClient(helpers, dial, remote => remote.greet('Ann')))
  })
  t.is(
    message,
    `script: the far end still waits for [O] at the end of the test, since 36 ms

  script  [O] 5ms R [O] 5ms R
                    ^

  heard, one by one
        10 ms  H  Hello: uses spec.Kitchen
        20 ms  V  Verdicts: all identical
        30 ms  O  Open 1: greet('Ann'), within 5000 ms

find out why it was not said, or do not wait for it

'[O]' !== ''
`,
  )
})

test('a script hears nothing that it has passed over, nor the handshake that is done for it', t => {
  for (const [diagram, letter] of [
    ['[O] + [C] [N]', 'N'],
    ['[V]', 'V'],
  ] as const) {
    const message = failing(helpers => {
      const { dial } = helpers.script(diagram, { serves: Kitchen })
      helpers.run(asClient(helpers, dial, remote => named(remote.weigh([2, 5]))))
    })
    t.true(message.startsWith(`script: the far end still waits for [${letter}] at the end of the test`), message)
  }
})

test('a script that nobody comes to fails, if it waits for something', t => {
  const message = failing(helpers => {
    helpers.script('[O] R', { serves: Kitchen })
    helpers.script('5ms N', { serves: Kitchen })
    helpers.expectObservable(of(1)).toBe('(a|)', { a: 1 })
  })
  t.is(message, "script: nobody was there to play '[O] R' to\n\nfind out why, or drop it\n\n'[O] R' !== ''\n")
})

test('what is heard is another value than the script says: both are shown', t => {
  const message = failing(helpers => {
    const { dial } = helpers.script('[O] R', { serves: Kitchen, values: { '[O]': { value: 'Bo' }, R: { value: 'x' } } })
    helpers.run(asClient(helpers, dial, remote => remote.greet('Ann')))
  })
  t.is(
    message.slice(0, message.indexOf('+ actual')),
    `script: the 1st O is not as expected, at 30 ms

  expected  { value: 'Bo' }
  heard     { value: 'Ann' }

  heard, one by one
  >     30 ms  O  Open 1: greet('Ann'), within 5000 ms

find out why, or expect it
`,
  )
})

test('a script for every pipe has to be played to its end on one of them', t => {
  t.regex(
    failing(helpers => {
      const { dial } = helpers.script('[OO] R', { serves: Kitchen, values: { R: { value: 'x' } } })
      helpers.run(asClient(helpers, dial, remote => remote.greet('Ann')))
    }),
    /still waits for \[O\] at the end of the test, since 30 ms/,
  )
})

test('refuses where it is written what it cannot play', t => {
  marbles(t, ({ script, expectObservable }) => {
    expectObservable(of(1)).toBe('(a|)', { a: 1 })
    for (const [diagram, values, why] of [
      ['[O', {}, /column 1 of the diagram/],
      ['q', {}, /'q' in 'q' is no letter of a frame: give it a _tag/],
      ['[q]', {}, /'\[q\]' in '\[q\]' waits for no letter/],
      ['N-N', { N: [{ value: 1 }] }, /'N' has 1 values, and stands oftener in 'N-N'/],
      ['N (at 5ms) N', {}, /has a time by the clock/],
    ] as const)
      t.throws(() => script(diagram, { values }), { message: why })
  })
})
