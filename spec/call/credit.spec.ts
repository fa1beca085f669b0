import assert from 'node:assert/strict'
import test from 'ava'
import fc from 'fast-check'
import { from, type ObservableInput, VirtualTimeScheduler } from 'rxjs'
import type { CallFrame } from '../../src/wire/frame.js'
import { bytesOf, drawn, makeEnd, next, part, played, takeAll, written, type End, type RigOptions } from './rig.js'

/** Two ends, and the frames on their way between them: a test says when each arrives. */
const twoEnds = (options: RigOptions) => {
  const scheduler = new VirtualTimeScheduler()
  const make = (end: 'dialled' | 'accepted') => {
    const made = makeEnd(scheduler, end, options)
    const onTheWay: CallFrame[] = []
    made.outgoing.subscribe(frame => onTheWay.push(frame))
    return { ...made, onTheWay }
  }
  return { scheduler, left: make('dialled'), right: make('accepted') }
}

type Playing = End & { readonly onTheWay: CallFrame[] }

/** Counts by the specification alone what one end may send to the other. */
class Ledger {
  private items = 0
  private bytes = 0
  /** What was sent without credit; an error thrown in a subscriber would not come out. */
  readonly faults: string[] = []

  granted({ items, bytes }: { readonly items: number; readonly bytes: number }): void {
    this.items += items
    this.bytes += bytes
  }

  sent(frame: CallFrame): void {
    if (frame._tag !== 'Next' && frame._tag !== 'Fragment') return
    if (this.items <= 0 || this.bytes <= 0)
      this.faults.push(`${frame._tag} of ${frame.payload.length} bytes without credit`)
    this.bytes -= frame.payload.length
    if (frame._tag === 'Next') this.items--
  }
}

const produced: Readonly<Record<string, (items: Uint8Array[]) => ObservableInput<Uint8Array>>> = {
  Iterable: items => items,
  Observable: items => from(items),
}

const sizes = fc.array(fc.oneof(fc.nat(8), fc.nat(60)), { maxLength: 12 })
const window = fc.record({ items: fc.integer({ min: 1, max: 6 }), bytes: fc.integer({ min: 1, max: 80 }) })
/** What happens next: a frame arrives at an end, its pipe is full or has room, its consumer is done with an item. */
const happening = fc.constantFrom('arrive', 'arrive', 'arrive', 'full', 'room', 'consume', 'consume', 'pause')
const happenings = fc.array(fc.tuple(happening, fc.boolean()), { maxLength: 120 })

/** Plays one channel, both ways at once, in some order; then lets all the rest happen. */
const play = (
  up: readonly number[],
  down: readonly number[],
  credit: { readonly items: number; readonly bytes: number },
  kind: 'Iterable' | 'Observable',
  steps: readonly (readonly [string, boolean])[],
) => {
  const { left, right, scheduler } = twoEnds({
    fragmentBytes: 16,
    method: { credit },
    buffer: { items: 100 },
  })
  const payloads = (sizes: readonly number[]) => sizes.map((size, i) => bytesOf(size, i * 7))
  const ledgers = new Map<Playing, Ledger>([
    [left, new Ledger()],
    [right, new Ledger()],
  ])
  // what is granted counts when it arrives, what is sent when it leaves
  for (const end of [left, right]) end.outgoing.subscribe(frame => ledgers.get(end)?.sent(frame))
  const taken = takeAll(right.hubs.channel)
  const consumers = { left: written(true), right: written(true) }
  const flows: { left: { consumed(size: number): void }; right?: { consumed(size: number): void } } = {
    left: left.open('channel', produced[kind]!(payloads(up)), consumers.left),
  }
  const done = { left: 0, right: 0 }

  const arrive = (from: Playing, to: Playing) => {
    const frame = from.onTheWay.shift()
    if (frame === undefined) return false
    if (frame._tag === 'Credit') ledgers.get(to)?.granted(frame)
    if (frame._tag === 'Open' && frame.credit !== undefined) ledgers.get(to)?.granted(frame.credit)
    to.incoming.next(frame)
    const [call] = taken.splice(0)
    if (call !== undefined) {
      flows.right = call.requests$.start(consumers.right)
      call.reply(produced[kind]!(payloads(down)))
    }
    return true
  }
  const consume = (side: 'left' | 'right') => {
    const size = consumers[side].sizes[done[side]]
    if (size === undefined) return false
    done[side]++
    flows[side]?.consumed(size)
    return true
  }
  const ends = { left, right }
  for (const [what, isLeft] of steps) {
    const side = isLeft ? 'left' : 'right'
    if (what === 'arrive') arrive(ends[side], isLeft ? right : left)
    else if (what === 'consume') consume(side)
    else if (what === 'pause') scheduler.flush()
    else ends[side].writable.next(what === 'room')
  }
  left.writable.next(true)
  right.writable.next(true)
  for (let more = true; more;)
    more = [arrive(left, right), arrive(right, left), consume('left'), consume('right')].includes(true)
  const faults = [...ledgers.values()].flatMap(ledger => ledger.faults)
  return { left, right, faults, consumers, expected: { left: payloads(down), right: payloads(up) } }
}

test('at all times items sent <= credit granted, and every item arrives whole and in order, whatever happens when', t => {
  t.timeout(60_000)
  let inParts = 0
  t.notThrows(() => {
    fc.assert(
      fc.property(
        sizes,
        sizes,
        window,
        fc.constantFrom('Iterable' as const, 'Observable' as const),
        happenings,
        (up, down, credit, kind, steps) => {
          const { left, right, faults, consumers, expected } = play(up, down, credit, kind, steps)
          assert.deepEqual(faults, [])
          assert.deepEqual([...left.violations, ...right.violations], [])
          assert.deepEqual(consumers.left.items, expected.left)
          // the server's end ends the call: what the caller still had to send is late then
          assert.deepEqual(consumers.right.items, expected.right.slice(0, consumers.right.items.length))
          assert.equal(consumers.left.end, 'complete')
          assert.deepEqual([left.calls.size, right.calls.size], [0, 0])
          assert.deepEqual([left.calls.partial, right.calls.partial], [0, 0])
          if (down.some(size => size > 16)) inParts++
        },
      ),
      { numRuns: 400 },
    )
  })
  t.true(inParts > 100)
})

test('a consumer that paces itself has items granted again when it is done with them, any other as they come', t => {
  for (const paced of [true, undefined] as const) {
    const { open, say, sent } = played('dialled', { method: { credit: { items: 2, bytes: 1_000 } } })
    const flow = open('stream', bytesOf(0), written(paced))
    say(next(1, 5))
    t.deepEqual(drawn(sent).slice(1), paced === true ? [] : ['Credit 1 1/5'])
    flow.consumed(5)
    t.deepEqual(drawn(sent)[1], 'Credit 1 1/5')
  }
})

test('a consumer is told the bytes of an item with those of its parts that are still to be granted', t => {
  const { open, say } = played('dialled', { method: { credit: { items: 9, bytes: 1_000 } } })
  const outcome = written(true)
  open('stream', bytesOf(0), outcome)
  // nothing is held yet: the first item's part is granted as it comes
  say(part(1, 40))
  for (const frame of [next(1, 5), part(1, 50), part(1, 60), next(1, 6), next(1, 7)]) say(frame)
  t.deepEqual(outcome.sizes, [5, 116, 7])
})

test('nothing is granted for items that are taken after their call has ended', t => {
  const { open, say, sent } = played('dialled', { method: { credit: { items: 1, bytes: 1_000 } } })
  const flow = open('stream', bytesOf(0), written(true))
  say(next(1, 5))
  say({ _tag: 'Complete', id: 1 })
  flow.consumed(5)
  t.deepEqual(drawn(sent), ['Open 1'])
})
