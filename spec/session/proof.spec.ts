import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import test from 'ava'
import fc from 'fast-check'
import { equalBytes, proofOf } from '../../src/session/proof.js'

const bytes = fc.uint8Array({ maxLength: 80 })
const role = fc.constantFrom('dialled', 'accepted')
const hex = (value: Uint8Array) => Buffer.from(value).toString('hex')

test('a proof is the HMAC of the platform’s own library over label, role and both hellos', t => {
  t.notThrows(() => {
    fc.assert(
      fc.property(bytes, role, bytes, bytes, (secret, prover, dialled, accepted) => {
        const size = (value: Uint8Array) => Buffer.from(value.length.toString(16).padStart(8, '0'), 'hex')
        const mac = createHmac('sha256', secret)
          .update('sluice v1 proof')
          .update(prover)
          .update(size(dialled))
          .update(dialled)
          .update(size(accepted))
          .update(accepted)
        assert.equal(hex(proofOf(secret, prover, dialled, accepted)), mac.digest('hex'))
      }),
    )
  })
})

test('another secret, role or hello gives another proof, also where a byte moves from one hello to the other', t => {
  const d = Uint8Array.of(1, 2, 3)
  const a = Uint8Array.of(4, 5)
  const secret = new Uint8Array(32)
  const macs = [
    proofOf(secret, 'dialled', d, a),
    proofOf(secret, 'accepted', d, a),
    proofOf(new Uint8Array(32).fill(1), 'dialled', d, a),
    proofOf(secret, 'dialled', a, d),
    proofOf(secret, 'dialled', Uint8Array.of(1, 2, 3, 4), Uint8Array.of(5)),
    proofOf(secret, 'dialled', Uint8Array.of(1, 2), Uint8Array.of(3, 4, 5)),
  ]
  t.is(new Set(macs.map(hex)).size, macs.length)
  t.true(macs.every(mac => mac.length === 32))
})

test('bytes are equal when they are the same, and only then', t => {
  t.notThrows(() => {
    fc.assert(
      fc.property(bytes, bytes, fc.nat(), fc.integer({ min: 1, max: 255 }), (a, b, place, change) => {
        assert.equal(equalBytes(a, b), hex(a) === hex(b))
        assert.ok(equalBytes(a, Uint8Array.from(a)))
        assert.ok(!equalBytes(a, Uint8Array.of(...a, 0)))
        if (a.length === 0) return
        const changed = Uint8Array.from(a)
        changed[place % a.length] = (changed[place % a.length] as number) ^ change
        assert.ok(!equalBytes(a, changed))
      }),
    )
  })
})
