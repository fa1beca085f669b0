import test from 'ava'
import fc from 'fast-check'
import { recordHead, strayGuard } from '../../../src/transport/node/stray-guard.js'
import { joined } from '../conformance/rig.js'

interface Piece {
  readonly kind: 'bytes' | 'record of stray text' | 'stray text'
  readonly data: Uint8Array
}

const piece: fc.Arbitrary<Piece> = fc.oneof(
  fc.record({ kind: fc.constant('bytes' as const), data: fc.uint8Array({ maxLength: 40 }) }),
  fc.record({
    kind: fc.constantFrom<Piece['kind']>('record of stray text', 'stray text'),
    data: fc.string().map(text => new TextEncoder().encode(text)),
  }),
)

const onTheWire = ({ kind, data }: Piece): Uint8Array =>
  kind === 'stray text' ? data : joined([recordHead(kind === 'bytes' ? 'bytes' : 'stray', data.length), data])

test('tells records from what lies between them, wherever the stream is cut', t => {
  fc.assert(
    fc.property(fc.array(piece), fc.array(fc.integer({ min: 1, max: 30 })), (pieces, cuts) => {
      // a closing record, so that nothing is held back as the beginning of one
      const stream = joined([...pieces.map(onTheWire), recordHead('bytes', 0)])
      const heard: Uint8Array[] = []
      const stray: Uint8Array[] = []
      const take = strayGuard(
        chunk => heard.push(chunk.slice()),
        chunk => stray.push(chunk.slice()),
      )
      let at = 0
      for (const cut of cuts) {
        take(stream.slice(at, at + cut))
        at += cut
      }
      take(stream.slice(at))
      const ofKind = (...kinds: ReadonlyArray<Piece['kind']>) =>
        joined(pieces.filter(each => kinds.includes(each.kind)).map(each => each.data))
      t.deepEqual(joined(heard), ofKind('bytes'))
      t.deepEqual(joined(stray), ofKind('record of stray text', 'stray text'))
    }),
  )
})

test('allocates nothing for a length that it is told', t => {
  const heard: number[] = []
  const take = strayGuard(
    chunk => heard.push(chunk.length),
    () => t.fail(),
  )
  take(joined([recordHead('bytes', 0xffffffff), new Uint8Array(10)]))
  take(new Uint8Array(20))
  t.deepEqual(heard, [10, 20])
})
