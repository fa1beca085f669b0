import test from 'ava'
import { concat, ignoreElements, interval, merge, mergeMap, of, take, tap, timer, type Observable } from 'rxjs'
import { answer, type Layer, type Peer, type PeerOptions, type AnyContract } from 'sluice'
import {
  byChance,
  corrupt,
  cutAt,
  drop,
  duplicate,
  latency,
  marbles,
  reorder,
  split,
  stall,
  type MarbleHelpers,
} from 'sluice/testing'
import { Kitchen } from '../../peer/kitchen.js'
import { named } from '../../peer/named.js'

type Side = 'left' | 'right' | 'both'

/** A fault on two peers of which one serves greetings and three ticks; and what the server refused. */
const under = (
  { peers, scheduler }: MarbleHelpers,
  side: Side,
  fault: Layer<Uint8Array, Uint8Array>,
  server: PeerOptions<AnyContract, AnyContract> = {},
) => {
  const refused: string[] = []
  const made = peers(
    Kitchen,
    client =>
      merge(
        client.incoming.greet.pipe(answer(name => `hello, ${name}`)),
        client.incoming.ticks.pipe(answer(() => interval(5).pipe(take(3)))),
      ),
    { [side]: fault, server: { ...server, refused: error => refused.push(`${nameOf(error)} at ${scheduler.now()}`) } },
  )
  return { ...made, refused }
}

const nameOf = (error: unknown): string => {
  const { _tag, why } = error as { readonly _tag: string; readonly why?: string }
  return why === undefined ? _tag : `${_tag} ${why}`
}

type Cook = Peer<typeof Kitchen>
const greeting = ({ remote }: Cook): Observable<string> => named(remote.greet('Ann'))
const ticking = ({ remote }: Cook): Observable<unknown> => concat(named(remote.ticks(3)), of('end'))

test('a corrupt length or kind is a violation at the end that reads it, and a refusal at the other', t => {
  let refusals: readonly string[] = []
  marbles(t, helpers => {
    const { client$, left, right, refused } = under(helpers, 'left', corrupt(1))
    refusals = refused
    helpers.expectObservable(named(client$.pipe(mergeMap(greeting)))).toBe('10ms (v|)', { v: 'ProtocolViolation' })
    helpers.expectFrames(left).toBe(' H 9ms (G#)', { G: { reason: 'VIOLATION' } })
    helpers.expectFrames(right).toBe('H 9ms V 9ms #')
  })
  t.deepEqual(refusals, ['Refused far-end at 20'])
})

test('a corrupt byte in the midst of a session ends its calls, and both ends know why', t => {
  marbles(t, helpers => {
    // the call arrives at 30
    const { client$, right } = under(
      helpers,
      'right',
      corrupt(() => helpers.scheduler.now() === 30),
    )
    helpers.expectObservable(named(client$.pipe(mergeMap(ticking)))).toBe('40ms (der|)', {
      d: 'Disconnected',
      e: 'end',
      r: 'Refused far-end',
    })
    helpers.expectFrames(right).toBe('H 9ms V 19ms (G#)', { G: { reason: 'VIOLATION' } })
  })
})

test('a corrupt byte within a value is another value: frames have no checksum', t => {
  marbles(t, helpers => {
    const isA = 'A'.charCodeAt(0)
    let seen = 0
    // the name of the contract has none
    const { client$ } = under(
      helpers,
      'right',
      corrupt(byte => byte === isA && seen++ === 0, 0x20),
    )
    helpers.expectObservable(client$.pipe(mergeMap(greeting)), '60ms !').toBe('40ms a', { a: 'hello, ann' })
  })
})

test('a lost answer is a call that times out, and the connection goes on', t => {
  marbles(t, helpers => {
    const { client$, left } = under(helpers, 'left', drop(3))
    const asked$ = client$.pipe(
      mergeMap(kitchen => concat(named(kitchen.remote.greet('Ann', { timeout: 100 })), greeting(kitchen))),
    )
    helpers.expectObservable(asked$, '150ms !').toBe('120ms t 19ms a', { t: 'Timeout', a: 'hello, Ann' })
    helpers.expectFrames(left).toBe('H 9ms V 9ms O 99ms (XO) 26ms (G|)')
  })
})

test('a lost item is a gap that nobody sees', t => {
  marbles(t, helpers => {
    const { client$ } = under(helpers, 'left', drop(4))
    helpers
      .expectObservable(client$.pipe(mergeMap(ticking)), '80ms !')
      .toBe('45ms a 9ms (ce)', { a: 0, c: 2, e: 'end' })
  })
})

test('lost verdicts end the handshake by its time-out', t => {
  marbles(t, helpers => {
    const { client$, left } = under(helpers, 'left', drop(2))
    helpers.expectObservable(named(client$)).toBe('5s (r|)', { r: 'Refused late' })
    helpers.expectFrames(left).toBe('H 9ms V 4989ms (G#)', { G: { reason: 'LATE' } })
  })
})

test('a call that comes twice is a violation, an item that comes twice is two, a second answer is none', t => {
  marbles(t, helpers => {
    const { client$, right } = under(helpers, 'right', duplicate(3))
    helpers.expectObservable(named(client$.pipe(mergeMap(ticking)))).toBe('40ms (dev|)', {
      d: 'Disconnected',
      e: 'end',
      v: 'Refused far-end',
    })
    helpers.expectFrames(right).toBe('H 9ms V 19ms (G#)', {
      G: { reason: 'VIOLATION' },
    })
  })
  marbles(t, helpers => {
    const { client$ } = under(helpers, 'left', duplicate(3))
    helpers.expectObservable(client$.pipe(mergeMap(ticking)), '80ms !').toBe('45ms (aa)-b----(ce)', {
      a: 0,
      b: 1,
      c: 2,
      e: 'end',
    })
  })
  marbles(t, helpers => {
    const { client$ } = under(helpers, 'left', duplicate(3))
    helpers.expectObservable(client$.pipe(mergeMap(greeting)), '80ms !').toBe('40ms a', { a: 'hello, Ann' })
  })
})

test('items in another order are items in another order; a handshake in another order is a violation', t => {
  marbles(t, helpers => {
    const { client$ } = under(helpers, 'left', reorder(3))
    helpers.expectObservable(client$.pipe(mergeMap(ticking)), '80ms !').toBe('50ms (ba)-(ce)', {
      a: 0,
      b: 1,
      c: 2,
      e: 'end',
    })
  })
  marbles(t, helpers => {
    const { client$ } = under(helpers, 'left', reorder(1))
    helpers.expectObservable(named(client$)).toBe('20ms (v|)', { v: 'ProtocolViolation' })
  })
})

test('a cut at either end is a broken pipe at both', t => {
  let refusals: readonly string[] = []
  marbles(t, helpers => {
    const { client$, right, refused } = under(helpers, 'both', cutAt('47ms x'))
    refusals = refused
    helpers.expectObservable(named(client$.pipe(mergeMap(ticking)))).toBe('45ms a-(dep|)', {
      a: 0,
      d: 'Disconnected',
      e: 'end',
      p: 'PipeError ended',
    })
    helpers.expectFrames(right).toBe('H 9ms V 24ms N----N----(NC) (at 47ms) #')
  })
  // there was a session: it is no refusal
  t.deepEqual(refusals, [])
})

test('two peers do not mind pieces, distance and pauses, one upon the other', t => {
  for (const sizes of [[1], [2, 3], [7]])
    marbles(t, helpers => {
      const fault = (pipe: Parameters<Layer<Uint8Array, Uint8Array>>[0]) =>
        split(sizes)(latency(5)(stall('30ms x 19ms o')(pipe)))
      const { client$ } = under(helpers, 'left', fault)
      const talk$ = client$.pipe(mergeMap(kitchen => merge(ticking(kitchen), greeting(kitchen))))
      helpers
        .expectObservable(talk$, '100ms !')
        .toBe('55ms (ga)-b----(ce)', { g: 'hello, Ann', a: 0, b: 1, c: 2, e: 'end' })
    })
})

test('whatever is spoilt by chance, nothing hangs: every call ends in a value or an error', t => {
  const outcomes = new Set<string>()
  for (let seed = 1; seed <= 60; seed++) {
    const ends: string[] = []
    let begun = 0
    marbles(
      t,
      helpers => {
        const { chance } = helpers
        const faults: readonly Layer<Uint8Array, Uint8Array>[] = [
          corrupt(byChance(0.002, chance)),
          drop(byChance(0.1, chance)),
          duplicate(byChance(0.1, chance)),
          reorder(byChance(0.1, chance)),
        ]
        const { client$ } = under(helpers, 'both', faults[seed % faults.length]!)
        const call = (nth: number) => (kitchen: Cook) =>
          timer(nth * 10).pipe(
            tap(() => begun++),
            mergeMap(() => kitchen.remote.greet('Ann')),
            ignoreElements(),
            tap({
              complete: () => ends.push('answered'),
              error: (error: unknown) => ends.push(nameOf(error)),
            }),
            named,
          )
        helpers.run(
          named(client$.pipe(mergeMap(kitchen => merge(...[0, 1, 2, 3, 4, 5, 6, 7].map(nth => call(nth)(kitchen)))))),
        )
      },
      { seed },
    )
    t.is(ends.length, begun, `${seed}: ${ends.join()}`)
    for (const end of ends) outcomes.add(end)
  }
  t.true(outcomes.size >= 4, [...outcomes].join())
})
