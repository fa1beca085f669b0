import test from 'ava'
import type { IncomingCall } from '../../src/call/incoming-call.js'
import { IncomingMethods, type MethodsTaker } from '../../src/call/incoming-methods.js'
import { open, played } from './rig.js'

/** Writes down what it is told, and takes the calls of the methods that it knows. */
const noting = (notes: string[], name: string, knows: readonly string[]): MethodsTaker => ({
  begin: (method, hub) => {
    notes.push(`${name} begins ${method}`)
    if (knows.includes(method))
      hub.calls$.subscribe({
        next: () => notes.push(`${name} takes ${method}`),
        complete: () => notes.push(`${name} has all of ${method}`),
      })
  },
  end: () => notes.push(`${name} is done`),
})

/** A call of the method; one that nobody answers. */
const callOf = (method: 'request' | 'stream'): IncomingCall => {
  const { hubs, say } = played('accepted')
  const taken: IncomingCall[] = []
  hubs[method].calls$.subscribe(call => taken.push(call))
  say(open(1, method === 'request' ? 0 : 1))
  return taken[0] as IncomingCall
}

/** Whether somebody takes such a call. */
const deliver = (methods: IncomingMethods, method: 'request' | 'stream'): boolean =>
  methods.taking(method)?.deliver(callOf(method)) === true

test('who takes many methods begins with one at its first call, and takes that call', t => {
  const methods = new IncomingMethods()
  const notes: string[] = []
  methods.take(noting(notes, 'a', ['request', 'stream']))
  t.deepEqual(notes, [])
  t.true(deliver(methods, 'request'))
  t.true(deliver(methods, 'request'))
  t.deepEqual(notes, ['a begins request', 'a takes request', 'a takes request'])
})

test('a call that nobody takes is nobody’s, whether or not somebody takes others', t => {
  const methods = new IncomingMethods()
  t.false(deliver(methods, 'stream'))
  methods.take(noting([], 'a', ['request']))
  t.false(deliver(methods, 'stream'))
})

test('who came first comes first, also where the other asks for one method', t => {
  const methods = new IncomingMethods()
  const notes: string[] = []
  methods.take(noting(notes, 'a', ['request']))
  methods.hub('request').calls$.subscribe(() => notes.push('b takes request'))
  methods.take(noting(notes, 'c', ['request']))
  deliver(methods, 'request')
  t.deepEqual(notes, ['a begins request', 'c begins request', 'a takes request', 'b takes request', 'c takes request'])
})

test('who has gone is told of no more methods', t => {
  const methods = new IncomingMethods()
  const notes: string[] = []
  const go = methods.take(noting(notes, 'a', ['request', 'stream']))
  methods.take(noting(notes, 'b', ['stream']))
  go()
  deliver(methods, 'stream')
  t.deepEqual(notes, ['b begins stream', 'b takes stream'])
})

test('the end is told to all, and to who comes later', t => {
  const methods = new IncomingMethods()
  const notes: string[] = []
  methods.take(noting(notes, 'a', ['request']))
  deliver(methods, 'request')
  methods.complete()
  methods.complete()
  methods.take(noting(notes, 'b', ['request']))
  methods.hub('stream').calls$.subscribe({ complete: () => notes.push('stream is over') })
  t.deepEqual(notes, [
    'a begins request',
    'a takes request',
    'a has all of request',
    'a is done',
    'b begins request',
    'b has all of request',
    'b is done',
    'stream is over',
  ])
})
