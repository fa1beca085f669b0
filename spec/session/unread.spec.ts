import test from 'ava'
import { BehaviorSubject } from 'rxjs'
import { frameCost } from '../../src/session/replay-log.js'
import { Unread } from '../../src/session/unread.js'

const rig = (limit: number) => {
  const writable = new BehaviorSubject(true)
  const over: number[] = []
  const unread = new Unread(writable, limit, bytes => over.push(bytes))
  return { writable, over, unread }
}

test('what is written to a full pipe counts up to the limit, payloads and other frames alike; past it that is told once', t => {
  const { writable, over, unread } = rig(3 * frameCost + 100)
  unread.wrotePayload(1_000)
  writable.next(false)
  unread.wrotePayload(60)
  unread.wrote({ _tag: 'Reply', id: 1, payload: new Uint8Array(40) })
  unread.wrote({ _tag: 'Pong', token: 1 })
  t.deepEqual(over, [])
  unread.wrotePayload(0)
  unread.wrotePayload(0)
  t.deepEqual(over, [4 * frameCost + 100])
})

test('a pipe that has had room in between is counted anew', t => {
  const { writable, over, unread } = rig(2 * frameCost)
  for (let i = 0; i < 5; i++) {
    writable.next(false)
    unread.wrotePayload(0)
    unread.wrotePayload(0)
    writable.next(true)
  }
  t.deepEqual(over, [])
  t.true(writable.observed)
  unread.stop()
  t.false(writable.observed)
})
