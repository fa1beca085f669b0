import test from 'ava'
import * as io from 'io-ts'
import { bytes, contract, DateFromISOString, mapFromEntries, request, setFromArray, stream, via } from 'sluice'
import { conversation, RecordingError, several, type ConversationCall, type RecordedFrame } from 'sluice/testing'
import { Kitchen } from '../../peer/kitchen.js'
import { framesOf } from './talk.js'

/** A call's frames in a line each. */
const lines = (frames: readonly RecordedFrame[]): readonly string[] =>
  frames.flatMap(({ at, by, frame }) => {
    if (!('id' in frame)) return []
    const rest =
      frame._tag === 'Credit'
        ? ` ${frame.items} ${frame.bytes}`
        : frame._tag === 'Fail'
          ? ` ${[frame.code, frame.name, frame.message].filter(Boolean).join(' ')}`
          : ''
    return [`${at} ${by} ${frame._tag} ${frame.id}${rest}`]
  })

const told = (...calls: readonly ConversationCall[]) => lines(framesOf(conversation({ uses: Kitchen }, calls)))

const ask = { method: 'greet', at: 5, input: 'Ann', values: { a: 'hello', b: 'there' } } as const

test('a request is asked and answered at its times', t => {
  t.deepEqual(told({ ...ask, outputs: '25ms (a|)' }), ['5 dialled Open 1', '30 accepted Reply 1'])
  t.deepEqual(told(ask), ['5 dialled Open 1'])
})

test('a stream’s items, its end, its credit and its being given up', t => {
  const ticks: ConversationCall = { method: 'ticks', at: 10, input: 3, values: { a: 0, b: 1, c: several(2, 3, 4) } }
  t.deepEqual(told({ ...ticks, outputs: '-a--b 5ms (c|)' }), [
    '10 dialled Open 1',
    '11 accepted Next 1',
    '14 accepted Next 1',
    '20 accepted Next 1',
    '20 accepted Next 1',
    '20 accepted Next 1',
    '20 accepted Complete 1',
  ])
  t.deepEqual(told({ ...ticks, outputs: '-a', cancelledAfter: 9, grants: [[4, 2, 99]] }), [
    '10 dialled Open 1',
    '11 accepted Next 1',
    '14 dialled Credit 1 2 99',
    '19 dialled Cancel 1',
  ])
  const [open] = framesOf(conversation({ uses: Kitchen }, [{ ...ticks, credit: { items: 4, bytes: 50 } }])).flatMap(
    ({ frame }) => (frame._tag === 'Open' ? [frame] : []),
  )
  t.deepEqual(open?.credit, { items: 4, bytes: 50 })
})

test('what goes in, and the credit for it', t => {
  const weigh: ConversationCall = {
    method: 'weigh',
    at: 0,
    inputs: '-a--(b|)',
    outputs: '9ms (c|)',
    values: { a: 1, b: 2, c: 3 },
  }
  t.deepEqual(told(weigh), [
    '0 dialled Open 1',
    '0 accepted Credit 1 256 1048576',
    '1 dialled Next 1',
    '4 dialled Next 1',
    '4 dialled Complete 1',
    '9 accepted Reply 1',
  ])
  t.deepEqual(
    told({
      ...weigh,
      inputs: 'a#',
      inputError: { name: 'RangeError', message: 'too heavy' },
      outputs: '',
      inputGrants: [],
    }),
    ['0 dialled Open 1', '0 dialled Next 1', '1 dialled Fail 1 DEFECT RangeError too heavy'],
  )
})

test('a call fails with its method’s failure, or with another error', t => {
  const bake: ConversationCall = { method: 'bake', at: 0, input: 1, outputs: '-#' }
  t.deepEqual(told({ ...bake, failure: { _tag: 'OutOfBread', left: 2 } }).at(-1), '1 accepted Fail 1 FAILURE')
  t.deepEqual(told({ ...bake, error: { name: 'Error', message: 'no' } }).at(-1), '1 accepted Fail 1 DEFECT Error no')
  t.deepEqual(told({ ...bake, error: { code: 'TIMEOUT' } }).at(-1), '1 accepted Fail 1 TIMEOUT')
})

test('calls have ids of their own, in order, by the end that makes them', t => {
  const Diner = contract('spec.Diner', { taste: request(io.string, io.number), greet: request(io.string, io.string) })
  const recording = conversation({ uses: Kitchen, serves: Diner }, [
    ask,
    { method: 'taste', at: 6, input: 'soup' },
    { ...ask, at: 7 },
    { ...ask, at: 8, by: 'accepted' },
  ])
  t.deepEqual(lines(framesOf(recording)), [
    '5 dialled Open 1',
    '6 accepted Open 2',
    '7 dialled Open 3',
    '8 accepted Open 4',
  ])
})

test('a value that does not fit, a letter without a value and a method that nobody knows are refused by name', t => {
  const refused = (call: ConversationCall) => t.throws(() => told(call), { instanceOf: RecordingError })?.message ?? ''
  t.regex(refused({ ...ask, input: 7 }), /the call of greet at 5 ms does not fit its contract: .*string/)
  t.regex(refused({ ...ask, outputs: '(a|)', values: { a: 7 } }), /greet at 5 ms .*string/)
  t.regex(refused({ ...ask, outputs: '(x|)' }), /"x" of "\(x\|\)" is not among its values/)
  t.regex(refused({ ...ask, method: 'roast' }), /no contract here has the method roast/)
  t.regex(refused({ ...ask, by: 'accepted' }), /no contract here has the method greet/)
})

test('columns are milliseconds wherever it is made, and rxjs is left as it was', t => {
  const at = () => told({ ...ask, outputs: '---(a|)' }).at(-1)
  const outside = at()
  t.is(outside, '8 accepted Reply 1')
  t.is(at(), outside)
})

test('values of codecs that transform are given as their users have them', t => {
  const Log = contract('spec.Log', {
    since: stream(
      via(DateFromISOString, io.string),
      io.type({ tags: setFromArray(io.string), raw: bytes, counts: mapFromEntries(io.string, io.number) }),
    ),
  })
  const entry = { tags: new Set(['a']), raw: Uint8Array.of(1), counts: new Map([['x', 1]]) }
  t.notThrows(() =>
    conversation({ uses: Log }, [{ method: 'since', at: 0, input: new Date(0), outputs: 'a', values: { a: entry } }]),
  )
})

test('a long value leaves in parts', t => {
  const Store = contract('spec.Store', { swap: request(bytes, bytes) })
  const long = new Uint8Array(150_000)
  const recording = conversation({ uses: Store }, [
    { method: 'swap', at: 0, input: long, outputs: '-(a|)', values: { a: long } },
  ])
  t.deepEqual(lines(framesOf(recording)), [
    '0 dialled Open 1',
    '0 dialled Fragment 1',
    '0 dialled Fragment 1',
    '0 dialled Next 1',
    '1 accepted Fragment 1',
    '1 accepted Fragment 1',
    '1 accepted Reply 1',
  ])
})
