import assert from 'node:assert/strict'
import test from 'ava'
import fc from 'fast-check'
import { defaultWindow, ReceiveWindow, windowSize } from '../../src/flow/receive-window.js'
import { maxCredit, SendWindow } from '../../src/flow/send-window.js'

const windows = fc.record({ items: fc.integer({ min: 1, max: 40 }), bytes: fc.integer({ min: 1, max: 400 }) })
const item = fc.oneof(fc.nat(30), fc.integer({ min: 0, max: 1_000 }))
/** What happens next: the sender sends an item of that size if it may, or the receiver's consumer is done with one. */
const happening = fc.oneof(
  item.map(size => ({ send: size })),
  fc.constant({ consume: true as const }),
)

/** A sender and a receiver with grants on their way, as a pipe has them. */
class Stream {
  readonly sender = new SendWindow()
  readonly receiver: ReceiveWindow
  readonly inFlight: number[] = []
  granted: { items: number; bytes: number }
  sentItems = 0
  sentBytes = 0
  private readonly taken: number[] = []

  constructor(readonly size: { readonly items: number; readonly bytes: number }) {
    this.receiver = new ReceiveWindow(size)
    this.granted = { ...size }
    this.sender.grant(size.items, size.bytes)
  }

  /** @returns whether it was sent */
  send(bytes: number): boolean {
    if (!this.sender.open) return false
    this.sender.spend(bytes)
    this.sentItems++
    this.sentBytes += bytes
    this.inFlight.push(bytes)
    assert.ok(this.receiver.received(bytes), 'the receiver takes what the sender may send')
    this.taken.push(bytes)
    return true
  }

  consume(): void {
    const bytes = this.taken.shift()
    if (bytes === undefined || !this.receiver.consumed(bytes)) return
    const grant = this.receiver.grant()
    this.granted = { items: this.granted.items + grant.items, bytes: this.granted.bytes + grant.bytes }
    this.sender.grant(grant.items, grant.bytes)
  }
}

test('a sender never has more in flight than was granted, but for the excess of one item', t => {
  t.notThrows(() => {
    fc.assert(
      fc.property(windows, fc.array(happening, { maxLength: 300 }), (size, happenings) => {
        const stream = new Stream(size)
        for (const next of happenings) {
          if ('consume' in next) stream.consume()
          else {
            const before = stream.sentBytes
            if (stream.send(next.send)) assert.ok(before < stream.granted.bytes, 'sent without bytes')
            else
              assert.ok(stream.sentItems === stream.granted.items || before >= stream.granted.bytes, 'held for nothing')
          }
          assert.ok(stream.sentItems <= stream.granted.items, 'more items than granted')
        }
      }),
      { numRuns: 500 },
    )
  })
})

test('a consumer that keeps up never lets the sender run dry, however small the window and large the items', t => {
  t.notThrows(() => {
    fc.assert(
      fc.property(windows, fc.array(item, { minLength: 1, maxLength: 200 }), (size, sizes) => {
        const stream = new Stream(size)
        for (const bytes of sizes) {
          assert.ok(stream.send(bytes))
          stream.consume()
        }
      }),
      { numRuns: 300 },
    )
  })
})

test('what a receiver has granted is what it accepts, and one item more is not accepted', t => {
  t.notThrows(() => {
    fc.assert(
      fc.property(windows, fc.array(item, { maxLength: 100 }), (size, sizes) => {
        const receiver = new ReceiveWindow(size)
        let items = 0
        let bytes = 0
        for (const next of sizes) {
          const accepted = receiver.received(next)
          assert.equal(accepted, items < size.items && bytes < size.bytes)
          if (!accepted) return
          items++
          bytes += next
        }
      }),
      { numRuns: 500 },
    )
  })
})

test('an item longer than the whole window is sent, and the next one waits until its excess is granted again', t => {
  const sender = new SendWindow()
  sender.grant(10, 100)
  t.true(sender.open)
  sender.spend(250)
  t.false(sender.open)
  sender.grant(0, 150)
  t.false(sender.open)
  sender.grant(0, 1)
  t.true(sender.open)
})

test('either count alone holds a sender back', t => {
  for (const [items, bytes, open] of [
    [0, 0, false],
    [1, 0, false],
    [0, 1, false],
    [1, 1, true],
  ] as const) {
    const sender = new SendWindow()
    sender.grant(items, bytes)
    t.is(sender.open, open)
  }
})

test('credit saturates at 2^31 - 1, and counts on from there', t => {
  const sender = new SendWindow()
  sender.grant(maxCredit, maxCredit)
  sender.grant(5, maxCredit)
  t.deepEqual(sender.allowance, { items: 0x7fff_ffff, bytes: 0x7fff_ffff })
  sender.spend(10)
  t.deepEqual(sender.allowance, { items: maxCredit - 1, bytes: maxCredit - 10 })
})

test('grants fall due when half of the items or half of the bytes are consumed, and give back what was taken', t => {
  const count = (size: { items: number; bytes: number }, bytes: number) => {
    const receiver = new ReceiveWindow(size)
    let consumed = 0
    do {
      receiver.received(bytes)
      consumed++
    } while (!receiver.consumed(bytes))
    return [consumed, receiver.grant()]
  }
  t.deepEqual(count({ items: 256, bytes: 1024 }, 0), [128, { items: 128, bytes: 0 }])
  t.deepEqual(count({ items: 256, bytes: 1000 }, 100), [5, { items: 5, bytes: 500 }])
  t.deepEqual(count({ items: 256, bytes: 1000 }, 4_000), [1, { items: 1, bytes: 4_000 }])
  t.deepEqual(count({ items: 1, bytes: 1 }, 0), [1, { items: 1, bytes: 0 }])
})

test('a window without end is granted in halves too, not item by item', t => {
  for (const size of [
    { items: Infinity, bytes: Infinity },
    { items: 2 ** 32, bytes: 2 ** 40 },
  ]) {
    const receiver = new ReceiveWindow(size)
    const due = Array.from({ length: 1_000 }, () => receiver.received(1_000) && receiver.consumed(1_000))
    t.false(due.includes(true))
    // the far end counts no further than 2^31 - 1: it must not run dry there
    t.true(receiver.received(2 ** 30) && receiver.consumed(2 ** 30))
  }
})

test('parts of an item are granted again as they arrive, as long as the consumer holds no other item', t => {
  const receiver = new ReceiveWindow({ items: 4, bytes: 100 })
  t.true(receiver.receivedPart(60) && receiver.partsConsumed())
  t.deepEqual(receiver.grant(), { items: 0, bytes: 60 })
  t.true(receiver.receivedPart(30))
  t.false(receiver.partsConsumed())
  // the item is whole, and its consumer holds it
  t.true(receiver.received(20))
  t.is(receiver.joined(), 0)
  t.true(receiver.receivedPart(70))
  t.false(receiver.partsConsumed(), 'it waits for the item before')
  // with the item, what has come of the next one is granted
  t.true(receiver.consumed(20))
  t.deepEqual(receiver.grant(), { items: 1, bytes: 120 })
})

test('a part needs credit for an item and for bytes, and takes bytes only', t => {
  const receiver = new ReceiveWindow({ items: 1, bytes: 10 })
  t.true(receiver.receivedPart(10))
  t.false(receiver.receivedPart(1))
  const none = new ReceiveWindow({ items: 0, bytes: 10 })
  t.false(none.receivedPart(1))
  const sender = new SendWindow()
  sender.grant(1, 10)
  sender.spendPart(4)
  t.deepEqual(sender.allowance, { items: 1, bytes: 6 })
})

test('a window is sized by the last that says something of it, and only by whole numbers', t => {
  t.deepEqual(windowSize({ items: 3 }, undefined, { bytes: 5 }), { items: 3, bytes: 5, mostItems: 3 })
  t.deepEqual(windowSize({ items: 3 }, { items: 0 }), { items: 0, bytes: defaultWindow.bytes, mostItems: 0 })
  for (const items of [-1, 1.5, NaN]) t.throws(() => windowSize({ items }), { name: 'InvalidOption' })
})

test('only items that nobody has told may grow', t => {
  t.deepEqual(windowSize(), { ...defaultWindow, mostItems: 32_768 })
  t.deepEqual(windowSize({ bytes: 9 }), { items: 256, bytes: 9, mostItems: 32_768 })
  t.is(windowSize({ items: 256 }).mostItems, 256)
})

/** Takes and consumes items until a grant is due, widens, and grants. */
const nextGrant = (receiver: ReceiveWindow, bytes: number) => {
  for (let consumed = 1; ; consumed++) {
    if (!receiver.received(bytes)) throw new Error('sent without credit')
    if (!receiver.consumed(bytes)) continue
    receiver.widen()
    return { consumed, ...receiver.grant() }
  }
}

test('a window is doubled with each grant as far as it may grow, and every item of it can be sent', t => {
  const receiver = new ReceiveWindow({ items: 4, bytes: 1_000, mostItems: 20 })
  t.deepEqual(nextGrant(receiver, 1), { consumed: 2, items: 6, bytes: 2 })
  t.deepEqual(nextGrant(receiver, 1), { consumed: 4, items: 12, bytes: 4 })
  t.deepEqual(nextGrant(receiver, 1), { consumed: 8, items: 12, bytes: 8 })
  t.deepEqual(nextGrant(receiver, 1), { consumed: 10, items: 10, bytes: 10 })
  const inFlight = Array.from({ length: 21 }, () => receiver.received(1))
  t.is(inFlight.filter(Boolean).length, 20)
})

test('a window that its bytes fill is not widened', t => {
  const receiver = new ReceiveWindow({ items: 4, bytes: 100, mostItems: 20 })
  t.deepEqual(nextGrant(receiver, 60), { consumed: 1, items: 1, bytes: 60 })
})
