import test from 'ava'
import { IncomingMethods } from '../../src/call/incoming-methods.js'
import { incomingRecord, servedBehind } from '../../src/peer/incoming-record.js'

const record = () => {
  const served = { methods: new IncomingMethods(), names: new Set(['greet', 'toString', '__proto__']) }
  return { served, incoming: incomingRecord(served) as Readonly<Record<string, unknown>> }
}

test('an incoming has a property for each method, and the same one each time', t => {
  const { incoming, served } = record()
  t.deepEqual(Object.keys(incoming), ['greet', 'toString', '__proto__'])
  for (const name of served.names) {
    t.is(incoming[name], served.methods.hub(name).calls$)
    t.true(name in incoming)
    t.true(Object.hasOwn(incoming, name))
  }
  t.is({ ...incoming }.greet, incoming.greet)
})

test('an incoming has nothing else, but what every object has', t => {
  const { incoming } = record()
  t.is(incoming.ticks, undefined)
  t.is(incoming.then, undefined)
  t.false('ticks' in incoming)
  t.false(Object.hasOwn(incoming, 'constructor'))
  t.is(incoming.constructor, Object)
})

test('the methods of an incoming cannot be replaced', t => {
  const { incoming } = record()
  t.throws(() => Object.assign(incoming, { greet: 1 }), { instanceOf: TypeError })
})

test('what stands behind an incoming is known of it, and of no copy', t => {
  const { incoming, served } = record()
  t.is(servedBehind(incoming), served)
  t.is(servedBehind({ ...incoming }), undefined)
  t.is(servedBehind({}), undefined)
})
