import test from 'ava'
import * as io from 'io-ts'
import { ignoreElements, interval, map, merge, mergeMap, NEVER, of, take, tap, timer } from 'rxjs'
import { answer, contract, linear, peer, reconnect, request, type Layer } from 'sluice'
import { cutAt, marbles } from 'sluice/testing'
import { Kitchen } from './kitchen.js'

const Shop = contract('spec.Shop', { price: request(io.string, io.string, { idempotent: true }) })

test('a call has the metadata with which it was made, though the object changes before it leaves', t => {
  marbles(t, ({ peers, expectObservable }) => {
    // one call at a time: the others wait for their turn
    const { client$ } = peers(
      Kitchen,
      client =>
        client.incoming.greet.pipe(answer((_, { metadata }) => timer(10).pipe(map(() => metadata.token ?? '')))),
      { server: { limits: { calls: 1 } } },
    )
    const asked$ = client$.pipe(
      mergeMap(({ remote }) => {
        const metadata: Record<string, string> = {}
        return interval(1).pipe(
          take(3),
          mergeMap(n => {
            metadata.token = `token ${n}`
            return remote.greet('Ann', { metadata })
          }),
        )
      }),
    )
    expectObservable(asked$, '200ms !').toBe('51ms a 29ms b 29ms c', { a: 'token 0', b: 'token 1', c: 'token 2' })
  })
})

test('a call that waits for a session, and is sent again with another, has the metadata with which it was made', t => {
  marbles(t, ({ wire, run, random, expectObservable }) => {
    let pipes = 0
    // the first two pipes break, and with them their sessions
    const breaks: Layer<Uint8Array, Uint8Array> = pipe => (pipes++ < 2 ? cutAt({ when: timer(45) })(pipe) : pipe)
    const { dial, pipes$ } = wire({ right: breaks })
    let asked = 0
    run(
      pipes$.pipe(
        peer({ serves: Shop, random }),
        mergeMap(({ incoming }) =>
          incoming.price.pipe(answer((_, { metadata }) => (asked++ === 0 ? NEVER : of(metadata.token ?? '')))),
        ),
      ),
    )
    const price$ = dial.pipe(
      reconnect(linear({ every: 100 })),
      peer({ uses: Shop, random, resume: false }),
      mergeMap(({ remote }) => {
        const metadata = { token: 'first' }
        return merge(
          timer(60).pipe(mergeMap(() => remote.price('bread', { metadata }))),
          timer(61).pipe(
            tap(() => (metadata.token = 'second')),
            ignoreElements(),
          ),
        )
      }),
    )
    expectObservable(price$, '999ms !').toBe('350ms a', { a: 'first' })
    run(timer(990).pipe(tap(() => t.is(asked, 2))))
  })
})

test('a name that is an object’s own in other respects is a name like any', t => {
  marbles(t, ({ peers, expectObservable }) => {
    const metadata = JSON.parse('{ "__proto__": "x", "constructor": "y" }') as Record<string, string>
    const { client$ } = peers(Kitchen, client =>
      client.incoming.greet.pipe(answer((_, call) => Object.entries(call.metadata).flat().join())),
    )
    const asked$ = client$.pipe(mergeMap(({ remote }) => remote.greet('Ann', { metadata })))
    expectObservable(asked$, '99ms !').toBe('40ms a', { a: '__proto__,x,constructor,y' })
  })
})
