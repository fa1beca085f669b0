import test from 'ava'
import { NEVER, Subject } from 'rxjs'
import type { Pipe } from 'sluice'
import { byChance, corrupt, latency, marbles, seeded } from 'sluice/testing'
import { through } from './through.js'

test('corrupt turns around the bytes of those numbers, wherever the chunks were cut, and no others', t => {
  for (const chunks of [[Uint8Array.of(1, 2, 3, 4)], [Uint8Array.of(1), Uint8Array.of(2, 3, 4)]]) {
    t.deepEqual(through(corrupt(2), chunks).near.flat(), [1, 2 ^ 0xff, 3, 4])
    t.deepEqual(through(corrupt([1, 4], 0x80), chunks).near.flat(), [0x81, 2, 3, 0x84])
    t.deepEqual(through(corrupt(5), chunks).near.flat(), [1, 2, 3, 4])
    t.deepEqual(
      through(
        corrupt(byte => byte === 3, 1),
        chunks,
      ).near.flat(),
      [1, 2, 2, 4],
    )
  }
  t.deepEqual(through(corrupt(1), [Uint8Array.of(1)]).far, [[99]])
})

test('the bytes of whoever said them stay as they are', t => {
  const said = Uint8Array.of(1, 2, 3)
  through(corrupt([1, 2, 3]), [said])
  t.deepEqual([...said], [1, 2, 3])
})

test('corrupt by chance hits another byte now and then', t => {
  const said = new Uint8Array(10_000)
  const hits = through(corrupt(byChance(0.01, seeded(1))), [said])
    .near.flat()
    .filter(byte => byte !== 0).length
  t.true(hits > 50 && hits < 200, String(hits))
})

test('latency delays what comes in, the end and the error too, and keeps its order', t => {
  marbles(t, ({ cold, expectObservable }) => {
    const rest = { end: 'dialled', outgoing: new Subject<Uint8Array>(), writable: NEVER } as const
    const delayed = (incoming: Pipe['incoming']) => latency(5)({ ...rest, incoming }).incoming
    const values = { a: Uint8Array.of(1), b: Uint8Array.of(2) }
    expectObservable(delayed(cold('ab--|', values))).toBe('-----ab--|', values)
    expectObservable(delayed(cold('a#', values))).toBe('     -----a#', values)
  })
})
