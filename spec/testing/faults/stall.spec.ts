import test from 'ava'
import { mergeMap, NEVER, Subject, type Observable } from 'rxjs'
import { answer, type Pipe } from 'sluice'
import { marbles, stall, type Fault, type MarbleHelpers } from 'sluice/testing'
import { Kitchen } from '../../peer/kitchen.js'
import { named } from '../../peer/named.js'

/** A pipe of texts under a fault, and what really goes out. */
const under = (fault: Fault, { cold }: MarbleHelpers, incoming: Observable<string> = NEVER) => {
  const out = new Subject<string>()
  const pipe: Pipe<string> = { end: 'dialled', incoming, outgoing: out, writable: cold('a', { a: true }) }
  return { ...fault(pipe), out }
}

test('what comes in while a pipe stands still arrives in order when it goes on, the end too', t => {
  marbles(t, helpers => {
    const source = helpers.cold('         a-b-c-d----e|')
    const { incoming } = under(stall('   --x---o      '), helpers, source)
    helpers.expectObservable(incoming).toBe('a-----(bcd)e|')
    const ended = under(stall('          --x---o'), helpers, helpers.cold('a--|'))
    helpers.expectObservable(ended.incoming).toBe('a-----|')
  })
})

test('what stands still for ever lets nothing through, not even the end', t => {
  marbles(t, helpers => {
    for (const source of ['a-b|', 'a-b#'])
      helpers.expectObservable(under(stall('-x'), helpers, helpers.cold(source)).incoming, '20ms !').toBe('a')
  })
})

test('it stands still and goes on in turn', t => {
  marbles(t, helpers => {
    const source = helpers.cold('         a-b-c-d-e-f-g---|')
    const { incoming } = under(stall('   -x-o-----x--o'), helpers, source)
    helpers.expectObservable(incoming).toBe('a--bc-d-e---(fg)|')
  })
})

test('what goes out waits too, its end included, and the writer is told', t => {
  marbles(t, helpers => {
    const { incoming, outgoing, writable, out } = under(stall('--x----o'), helpers)
    helpers.hot('                                              a-b-c------d|').subscribe(outgoing)
    helpers.expectObservable(out).toBe('                       a------(bc)d|')
    helpers.expectObservable(writable, '20ms !').toBe('        y-n----y', { y: true, n: false })
    helpers.run(incoming)
    const ended = under(stall('--x----o'), helpers)
    helpers.hot('              a-b|').subscribe(ended.outgoing)
    helpers.expectObservable(ended.out).toBe('a------(b|)')
    helpers.run(ended.incoming)
  })
})

test('an abortion of this end is not held up', t => {
  marbles(t, helpers => {
    const { incoming, outgoing, out } = under(stall('-x'), helpers)
    helpers.hot('                                    a-b-#').subscribe(outgoing)
    helpers.expectObservable(out).toBe('             a---#')
    helpers.run(incoming)
  })
})

test('two ends of which one stands still find each other silent, where they watch', t => {
  marbles(t, helpers => {
    const heartbeat = { everyMs: 20, tolerance: 2 }
    const { client$, left, right } = helpers.peers(Kitchen, client => client.incoming.greet.pipe(answer(() => NEVER)), {
      left: stall('50ms x'),
      client: { heartbeat },
      server: { heartbeat, resume: false },
    })
    const call$ = client$.pipe(mergeMap(({ remote }) => named(remote.greet('Ann'))))
    helpers.expectObservable(named(call$)).toBe('80ms (ab|)', { a: 'Disconnected', b: 'PipeError silent' })
    helpers.expectFrames(left).toBe(' H 9ms V 9ms O 59ms #')
    helpers.expectFrames(right).toBe('H 9ms V 49ms i 19ms #')
  })
})

test('a pipe that stands still for less than that is slow, and nothing is lost', t => {
  marbles(t, helpers => {
    const { client$ } = helpers.peers(Kitchen, client => client.incoming.greet.pipe(answer(name => name)), {
      left: stall('15ms x 49ms o'),
    })
    // what was said to this end at 10 arrives at 65, its call leaves then
    const answer$ = client$.pipe(mergeMap(({ remote }) => remote.greet('Ann')))
    helpers.expectObservable(answer$, '200ms !').toBe('85ms a', { a: 'Ann' })
  })
})
