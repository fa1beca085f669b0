import test from 'ava'
import { NEVER } from 'rxjs'
import { answer } from '../../src/call/answer.js'
import { longBytes } from '../../src/protobuf/long-bytes.js'
import { readBytes } from '../../src/schema/bytes-of.js'
import type { CallFrame } from '../../src/wire/frame.js'
import { bytesOf, open, played, takeAll, type RigOptions } from './rig.js'

// memory that lies spare is the thread's: the tests take turns

const most = { frameBytes: 1_000_000, messageBytes: 1_000_000, calls: 8 }
const reading: RigOptions = { decode: readBytes, own: most, far: most, reassemblyBytes: 1_000_000 }

const long = 200_000

/** So many bytes behind their length. */
const field = (first: number): Uint8Array => {
  const payload = new Uint8Array(long + 3)
  payload.set([0xc0, 0x9a, 0x0c])
  payload.set(bytesOf(long, first), 3)
  return payload
}

/** Says a frame whose payload lies in memory that is used again. */
const lent = (say: (frame: CallFrame) => void, frame: CallFrame & { readonly payload: Uint8Array }): void => {
  say(frame)
  frame.payload.fill(0xff)
}

/** Says a request in two parts. */
const asked = (say: (frame: CallFrame) => void, id: number, method: number): void => {
  const payload = field(id)
  say(open(id, method, true))
  lent(say, { _tag: 'Fragment', id, payload: payload.slice(0, 100_000) })
  lent(say, { _tag: 'Next', id, payload: payload.slice(100_000) })
}

test.serial('a request whose last part is its only one has bytes of its own', t => {
  const { hubs, say } = played('accepted', reading)
  const taken = takeAll(hubs.request)
  say(open(1, 0, true))
  lent(say, { _tag: 'Next', id: 1, payload: field(1) })
  t.true(Buffer.from(taken[0]?.request as Uint8Array).equals(bytesOf(long, 1)))
})

test.serial('who only looks on at requests that another one borrows may keep them', t => {
  for (const method of [0, 4] as const) {
    const { hubs, say } = played('accepted', reading)
    const hub = method === 0 ? hubs.request : hubs.event
    hub.calls$.pipe(answer(() => bytesOf(1) as never, { borrow: true })).subscribe()
    const taken = takeAll(hub)
    for (const id of [1, 3, 5]) asked(say, id, method)
    t.is(taken.length, 3)
    for (const { id, request } of taken) t.true(Buffer.from(request as Uint8Array).equals(bytesOf(long, id)))
  }
})

test.serial('who takes the items of an upload that another one answers, and borrows, may keep them', t => {
  const { hubs, say } = played('accepted', reading)
  const kept: Uint8Array[] = []
  hubs.upload.calls$.pipe(answer(() => NEVER as never, { borrow: true })).subscribe()
  hubs.upload.calls$.subscribe(call => call.requests$.subscribe(item => kept.push(item)))
  say(open(1, 2))
  lent(say, { _tag: 'Next', id: 1, payload: field(7) })
  t.true(Buffer.from(kept[0] as Uint8Array).equals(bytesOf(long, 7)))
})

test.serial('a borrowed answer is whole until its call is over: operators may hold it until then', t => {
  const { open: call, say } = played('dialled', reading)
  let held: Uint8Array | undefined
  let whole = false
  const consumer = {
    next: (value: unknown) => (held = value as Uint8Array),
    error: () => t.fail(),
    complete: () => {
      longBytes(long).fill(0xff)
      whole = Buffer.from(held as Uint8Array).equals(bytesOf(long, 3))
    },
  }
  call('request', bytesOf(1), consumer, { borrow: true })
  const payload = field(3)
  say({ _tag: 'Fragment', id: 1, payload: payload.slice(0, 100_000) })
  say({ _tag: 'Reply', id: 1, payload: payload.slice(100_000) })
  t.true(whole)
})
