import test from 'ava'
import fc from 'fast-check'
import { cutText, textBytes } from '../../src/call/cut-text.js'

test('a text that fits is left as it is', t => {
  t.is(cutText('no bread', 8), 'no bread')
  t.is(cutText('brötchen', 9), 'brötchen')
  t.is(cutText('', 0), '')
})

test('a longer one is cut, and says how much is missing', t => {
  t.is(cutText('a'.repeat(1_000), 100), `${'a'.repeat(60)}... (940 more characters)`)
  t.is(cutText('a'.repeat(1_000), 10), 'a'.repeat(10))
})

test('it never has more bytes than it may, begins as the text does, and no character is split', t => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), fc.nat(300), (text, most) => {
      const cut = cutText(text, most)
      t.true(textBytes(cut) <= most)
      const kept = cut.replace(/\.\.\. \(\d+ more characters\)$/, '')
      t.true(text.startsWith(kept))
      t.false(/[\ud800-\udbff]$/.test(kept))
    }),
  )
})
