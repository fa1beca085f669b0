import test from 'ava'
import { Utterances } from '../../../src/testing/recording/utterance.js'

test('parts whose bytes are used again once they are taken are kept as they were', t => {
  const utterances = new Utterances()
  const lent = Uint8Array.of(1, 2, 3)
  t.is(utterances.take({ _tag: 'Fragment', id: 1, payload: lent }), undefined)
  lent.fill(9)
  const said = utterances.take({ _tag: 'Reply', id: 1, payload: Uint8Array.of(4) })
  t.deepEqual([...(said?.payload ?? [])], [1, 2, 3, 4])
})
