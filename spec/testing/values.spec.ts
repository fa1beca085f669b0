import test from 'ava'
import * as io from 'io-ts'
import { interval, map, mergeMap, of, take, toArray } from 'rxjs'
import { answer, contract, linear, peer, request, stream } from 'sluice'
import { cutAt, marbles, onPipe, type Seen } from 'sluice/testing'
import { Kitchen } from '../peer/kitchen.js'
import { named } from '../peer/named.js'

test('frames are expected by values of the contract, in both directions', t => {
  marbles(t, ({ peers, run, expectFrames }) => {
    const { client$, left, right } = peers(Kitchen, client =>
      client.incoming.chat.pipe(answer(lines$ => lines$.pipe(map(line => line.toUpperCase())))),
    )
    run(client$.pipe(mergeMap(({ remote }) => remote.chat(['a', 'b']))))
    expectFrames(left).toBe('H 9ms V 9ms O 19ms (NNC) (at 60000ms) (G|)', {
      O: { method: 'chat' },
      N: [{ value: 'a' }, { value: 'b' }],
    })
    expectFrames(right).toBe('H 9ms V 19ms + 19ms (NNC) (at 60000ms) (G|)', { N: [{ value: 'A' }, { value: 'B' }] })
  })
})

test('a payload in parts is the value of its last part', t => {
  marbles(t, ({ peers, run, expectFrames }) => {
    const { client$, left, right } = peers(Kitchen, client => client.incoming.greet.pipe(answer(name => name)), {
      client: { fragmentBytes: 64 },
      server: { fragmentBytes: 64 },
    })
    const name = 'Ann '.repeat(40)
    run(client$.pipe(mergeMap(({ remote }) => remote.greet(name))))
    expectFrames(left).toBe('H 9ms V 9ms (O~~N) (at 60000ms) (G|)', {
      O: { more: true, method: 'greet' },
      N: { value: name },
    })
    expectFrames(right).toBe('H 9ms V 19ms (~~R) (at 60000ms) (G|)', { R: { value: name } })
  })
})

const Old = contract('spec.Shop', {
  price: request(io.type({ item: io.string }), io.number),
  stock: stream(io.void, io.string),
})
const New = contract('spec.Shop', {
  stock: stream(io.void, io.string),
  price: request(io.partial({ amount: io.number, item: io.string }), io.number),
})

test('each end is read by what it wrote itself, also where the two have different contracts', t => {
  marbles(t, ({ peers, run, expectFrames }) => {
    const { client$, left, right } = peers(New, client => client.incoming.price.pipe(answer(() => 7)), { uses: Old })
    run(client$.pipe(mergeMap(({ remote }) => remote.price({ item: 'bread' }))))
    expectFrames(left).toBe('H 9ms D 9ms V 9ms O (at 60000ms) (G|)', {
      O: { method: 'price', value: { item: 'bread' } },
    })
    expectFrames(right).toBe('H 9ms D 9ms V 19ms R (at 60000ms) (G|)', { R: { value: 7 } })
  })
})

test('a session that goes on over another pipe is read on', t => {
  marbles(t, ({ peers, expectObservable, expectFrames }) => {
    const { client$, right } = peers(
      Kitchen,
      client => client.incoming.ticks.pipe(answer(() => interval(5).pipe(take(4)))),
      {
        both: onPipe(1, cutAt('47ms x')),
        reconnect: linear({ every: 10 }),
      },
    )
    const items$ = client$.pipe(mergeMap(({ remote }) => remote.ticks(4).pipe(toArray())))
    expectObservable(items$, '200ms !').toBe('87ms a', { a: [0, 1, 2, 3] })
    expectFrames(right).toBe('H 9ms V 24ms N----N----N-# 9ms H 19ms (PNNNC) (at 210ms) (G|)', {
      N: [0, 1, 2, 1, 2, 3].map(value => ({ method: 'ticks', value })),
    })
  })
})

test('several clients on one wire are read each by itself', t => {
  marbles(t, ({ peers, run, expectFrames }) => {
    const { client$, left } = peers(Kitchen, client => client.incoming.greet.pipe(answer(name => name)))
    run(client$.pipe(mergeMap(({ remote }) => remote.greet('Ann'))))
    run(client$.pipe(mergeMap(({ remote }) => named(remote.ticks(3)))))
    expectFrames(left).toBe('(HH) 6ms (VV) 6ms (OO) (at 60000ms) (G|G|)', {
      O: [
        { id: 1, method: 'greet', value: 'Ann' },
        { id: 1, method: 'ticks', value: 3 },
      ],
    })
  })
})

test('without the contract methods have their names, and values are unknown', t => {
  let seen: readonly Seen[] = []
  marbles(t, ({ wire, run, random, expectFrames }) => {
    const { dial, pipes$, left } = wire()
    run(pipes$.pipe(peer({ serves: Kitchen, random })))
    run(
      dial.pipe(
        peer({ uses: Kitchen, random }),
        mergeMap(({ remote }) => remote.shout('hey')),
      ),
    )
    expectFrames(left).toBe('H 9ms V 9ms O (at 60000ms) (G|)', { O: { method: 'shout', value: undefined } })
    seen = left.seen
  })
  t.is(
    seen.flatMap(each => ('frame' in each && each.frame._tag === 'Open' ? [each.reading?.contract] : []))[0],
    'spec.Kitchen',
  )
})

test('two clients may also be a client and its server in turn: calls of either parity are read', t => {
  const Diner = contract('spec.Diner', { describe: request(io.string, io.number) })
  marbles(t, ({ peers, run, expectFrames }) => {
    const { client$, right } = peers(Kitchen, client => client.remote.describe('table'), { back: Diner })
    run(client$.pipe(mergeMap(client => client.incoming.describe.pipe(answer(() => of(2))))))
    expectFrames(right).toBe('H 9ms V 9ms O (at 60000ms) (G|)', { O: { id: 2, method: 'describe', value: 'table' } })
  })
})
