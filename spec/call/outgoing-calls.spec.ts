import test from 'ava'
import { finalize, NEVER, Observable } from 'rxjs'
import { bytesOf, defaultOptions, drawn, played, written } from './rig.js'

/** Lets one call be open at a time, and two wait. */
const narrow = { far: { ...defaultOptions.far, calls: 1 }, waiting: 2 }

test('a call that is given up while it waits is not sent', t => {
  const { open, say, sent } = played('dialled', narrow)
  open('request', bytesOf(1), written())
  const given = open('request', bytesOf(2), written())
  open('request', bytesOf(3), written())
  given.unsubscribe()
  say({ _tag: 'Reply', id: 1, payload: bytesOf(0) })
  t.deepEqual(drawn(sent), ['Open 1 1', 'Open 3 3'])
})

test('a call that is given up while it waits makes room for another', t => {
  const { open, say, sent } = played('dialled', narrow)
  const outcomes = [1, 2, 3, 4, 5].map(() => written())
  const flows = outcomes.slice(0, 3).map((outcome, i) => open('request', bytesOf(i + 1), outcome))
  flows[1]?.unsubscribe()
  open('request', bytesOf(4), outcomes[3]!)
  open('request', bytesOf(5), outcomes[4]!)
  t.is(outcomes[3]?.end, undefined)
  t.like(outcomes[4]?.end, { _tag: 'Overloaded', limit: 2 })
  for (const id of [1, 3, 5]) say({ _tag: 'Reply', id, payload: bytesOf(0) })
  t.deepEqual(drawn(sent), ['Open 1 1', 'Open 3 3', 'Open 5 4'])
})

test('a call that is made while those that wait are sent goes behind them', t => {
  const { open, sent, writable } = played('dialled')
  writable.next(false)
  const items = new Observable<Uint8Array>(() => {
    open('request', bytesOf(3), written())
  })
  open('upload', items, written())
  open('request', bytesOf(2), written())
  writable.next(true)
  t.deepEqual(drawn(sent), ['Open 1', 'Open 3 2', 'Open 5 3'])
})

test('a frame for the very id that is given next is a violation, as it is for any later one', t => {
  for (const id of [1, 3, 101]) {
    const { say, violations } = played('dialled')
    say({ _tag: 'Reply', id, payload: bytesOf(0) })
    t.deepEqual(violations, [`call ${id} was never opened, and got a Reply`])
  }
})

test('a connection that ends tells of each call whether it had been sent', t => {
  const { open, calls } = played('dialled', narrow)
  const outcomes = [written(), written()]
  for (const outcome of outcomes) open('request', bytesOf(1), outcome)
  calls.end((method, sent) => new Error(`${method} lost, sent: ${sent}`))
  t.deepEqual(
    outcomes.map(({ end }) => (end as { readonly message: string }).message),
    ['request lost, sent: unknown', 'request lost, sent: no'],
  )
})

test('an upload that is refused as it leaves lets go of its items', t => {
  const { open, say, outgoing } = played('dialled')
  outgoing.subscribe(({ _tag, id }) => {
    if (_tag === 'Open') say({ _tag: 'Fail', id, code: 'UNIMPLEMENTED', message: '' })
  })
  const outcome = written()
  let isLetGo = false
  open('upload', NEVER.pipe(finalize(() => (isLetGo = true))), outcome)
  t.like(outcome.end, { _tag: 'Unimplemented' })
  t.true(isLetGo)
})
