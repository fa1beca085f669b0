import test from 'ava'
import { of, throwError } from 'rxjs'
import { failFrame } from '../../src/call/fail-frame.js'
import type { Line } from '../../src/call/line.js'
import type { ServingEnd } from '../../src/call/method-end.js'
import type { Fail } from '../../src/wire/frame.js'
import { writeFrame } from '../../src/wire/frame-codec.js'
import { Writer } from '../../src/protobuf/writer.js'
import { bytesOf, open, played } from './rig.js'

const line = { stacks: false, frameBytes: 1_000, write: (_, value) => value as Uint8Array } as Partial<Line> as Line

/** What a frame says of an error; the failures of `bake` are bytes. */
const told = (error: unknown, hasFailure = true): Fail => {
  const end = {
    name: 'bake',
    encodeFailure: hasFailure ? () => undefined : undefined,
    isFailure: (value: unknown) => value instanceof Uint8Array,
  } as Partial<ServingEnd> as ServingEnd
  return failFrame(1, end, error, line)
}

test('an object that is no failure of the method is told as it is, and why it is no failure', t => {
  t.like(told({ _tag: 'OutOfBred', left: 2 }), {
    code: 'DEFECT',
    name: 'OutOfBred',
    message: '{"_tag":"OutOfBred","left":2}, which does not fit the failure codec of bake',
  })
  t.like(told({ left: 2 }, false), {
    code: 'DEFECT',
    name: 'object',
    message: '{"left":2}, which is no error, and bake names no failure: give it one with { failure }',
  })
})

test('whatever is thrown has a name and a message', t => {
  const circular: Record<string, unknown> = { left: 2 }
  circular.self = circular
  class Order {
    readonly bread = 'rye'
  }
  const texts = [
    ['no bread', 'string no bread'],
    [undefined, 'undefined undefined'],
    [null, 'object null'],
    [Symbol('bread'), 'symbol Symbol(bread)'],
    [new RangeError('no bread'), 'RangeError no bread'],
    [{ name: 'AbortError', message: 'of another realm' }, 'AbortError of another realm'],
    [new Order(), 'Order {"bread":"rye"}'],
    [circular, 'object { left, self }'],
    [Object.create(null), 'object {}'],
    [{ left: 2n }, 'object { left }'],
  ] as const
  for (const [error, text] of texts) {
    const { name, message } = told(error)
    t.is(`${name} ${message}`.replace(/, which .*/, ''), text)
  }
})

test('data is told up to a thousand bytes', t => {
  const { message } = told({ layers: 'x'.repeat(100_000) })
  t.regex(message, /^{"layers":"x{900,}\.\.\. \(99\d{3} more characters\), which does not fit/)
  t.true(message.length < 1_100)
})

test('a failure that is longer than the far end’s frames ends its call with TOO_LARGE, and no more than its call', t => {
  t.like(told(bytesOf(1_000)), { code: 'FAILURE', failure: bytesOf(1_000) })
  t.throws(() => told(bytesOf(1_001)), { message: /bake: a message of 1001 bytes is over the limit of 1000/ })

  const { say, sent, hubs, violations } = played('accepted', { fails: true })
  const settled: unknown[] = []
  hubs.request.calls$.subscribe(call => {
    call.settled$.subscribe(({ error }) => settled.push(error))
    call.fail(bytesOf(937))
  })
  say(open(1, 0))
  t.deepEqual(sent, [{ _tag: 'Fail', id: 1, code: 'TOO_LARGE', message: '936' }])
  t.like(settled[0], { _tag: 'TooLarge', bytes: 937, limit: 936 })
  t.deepEqual(violations, [])
})

const sizeOf = (frame: Fail): number => {
  const writer = Writer.create()
  writeFrame(frame, writer)
  return writer.finish().length
}

test('a defect’s texts are cut, so that its frame is not longer than the far end takes in', t => {
  for (const frameBytes of [200, 1_000, 1_000_000]) {
    const far = { frameBytes, messageBytes: 10_000, calls: 8 }
    const { say, sent, hubs, violations } = played('accepted', { far, stacks: true })
    const error = new Error('ö'.repeat(2_000_000))
    error.name = 'n'.repeat(3_000_000)
    error.stack = `at ${'s'.repeat(3_000_000)}`
    hubs.request.calls$.subscribe(call => call.reply(throwError(() => error)))
    say(open(1, 0))
    const [fail] = sent as [Fail]
    t.is(fail.code, 'DEFECT')
    t.true(sizeOf(fail) <= frameBytes, `${sizeOf(fail)} bytes of ${frameBytes}`)
    t.true(sizeOf(fail) > Math.min(frameBytes, 60_000) / 3)
    t.deepEqual(violations, [])
  }
})

test('so are those of items that fail on their way out', t => {
  const { say, sent, open: call } = played('dialled')
  call(
    'upload',
    throwError(() => new Error('x'.repeat(100_000))),
    { next: () => undefined, error: () => undefined, complete: () => undefined },
  )
  say({ _tag: 'Credit', id: 1, items: 1, bytes: 1 })
  t.true(sizeOf(sent[1] as Fail) < 1_000)
})

test('nothing is said of an event that fails', t => {
  const { say, sent, hubs } = played('accepted')
  const tags: string[] = []
  hubs.event.calls$.subscribe(call => {
    call.settled$.subscribe(({ _tag }) => tags.push(_tag))
    call.reply(throwError(() => new Error('no bread')))
  })
  say(open(1, 4))
  t.deepEqual([sent, tags], [[], ['Failed']])
})

test('an event’s answer may be anything', t => {
  const { say, sent, hubs } = played('accepted')
  hubs.event.calls$.subscribe(call => call.reply(of(1, 2)))
  say(open(1, 4))
  t.deepEqual(sent, [])
})
