import test from 'ava'
import { InvalidKey, readKey } from '../../src/transport/key-text.js'

const secret = 'AAAAAAAAAAAAAAAAAAAAAA'

test('reads place and secret of any key, and leaves what its transport asks for to the transport', t => {
  const { url, place, secret: read } = readKey(`ws://127.0.0.1:80/a%20b?c=1&secret=${secret}`)
  t.is(place, 'ws://127.0.0.1:80/a%20b?c=1')
  t.is(url.protocol, 'ws:')
  t.deepEqual(read, new Uint8Array(16))
  t.is(readKey(`unix://machine?secret=${secret}`).place, 'unix://machine')
})

test('says what is wrong with a text that is no key', t => {
  const refusals: readonly (readonly [string, RegExp])[] = [
    [`ws://a/\n?secret=${secret}`, /white space/],
    ['ws://a/', /does not end with a secret/],
    [`ws://a/?secret=${secret}&more=1`, /does not end with a secret/],
    ['ws://a/?secret=a+b', /not base64url/],
    ['ws://a/?secret=AAAA', /3 bytes, and 16 is the least/],
    [`no url?secret=${secret}`.replace(' ', ''), /no URL/],
  ]
  for (const [text, message] of refusals) t.throws(() => readKey(text), { instanceOf: InvalidKey, message }, text)
})
