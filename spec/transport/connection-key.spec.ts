import { inspect } from 'node:util'
import test from 'ava'
import fc from 'fast-check'
import { type Address, ConnectionKey } from '../../src/transport/connection-key.js'

const secret = Uint8Array.from({ length: 32 }, (_, i) => 255 - i)
const encoded = '__79_Pv6-fj39vX08_Lx8O_u7ezr6uno5-bl5OPi4eA'

const samples: ReadonlyArray<readonly [Address, string]> = [
  [{ scheme: 'unix', path: '/run/user/1000/s' }, 'unix:///run/user/1000/s'],
  [{ scheme: 'unix', path: '/tmp/a b?c#d%2F/é' }, 'unix:///tmp/a%20b%3Fc%23d%252F/%C3%A9'],
  [{ scheme: 'npipe', path: 'sluice-1' }, 'npipe://./pipe/sluice-1'],
  [{ scheme: 'tcp', host: '127.0.0.1', port: 4711 }, 'tcp://127.0.0.1:4711'],
  [{ scheme: 'tcp', host: '::1', port: 4711 }, 'tcp://[::1]:4711'],
  [{ scheme: 'ws', host: 'localhost', port: 8080, path: '/pipe?room=1' }, 'ws://localhost:8080/pipe?room=1'],
  [{ scheme: 'nats', host: 'localhost', port: 4222, path: 'demo.kitchen' }, 'nats://localhost:4222/demo.kitchen'],
  [{ scheme: 'stdio', path: '3,4' }, 'stdio:3,4'],
]

for (const [address, url] of samples) {
  test(`is a URL with the secret as its last parameter: ${url}`, t => {
    const key = ConnectionKey.of(address, secret)
    t.is(String(key), `${url}${url.includes('?') ? '&' : '?'}secret=${encoded}`)
    t.is(key.url, url)
    const { scheme, host, port, path } = ConnectionKey.parse(String(key))
    t.deepEqual({ scheme, host, port, path }, { host: '', port: undefined, path: '', ...address })
  })
}

test('gives back the secret it was made with', t => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 16, maxLength: 64 }), bytes => {
      const key = ConnectionKey.of({ scheme: 'unix', path: '/s' }, bytes)
      t.deepEqual(ConnectionKey.parse(String(key)).secret, bytes)
    }),
  )
})

test('gives back any path it was made with', t => {
  const segment = fc.string({ minLength: 1, unit: 'grapheme' }).filter(text => !/[/\\\s]|^\.+$|^%2e/i.test(text))
  fc.assert(
    fc.property(fc.array(segment, { minLength: 1 }), segments => {
      const path = `/${segments.join('/')}`
      t.is(ConnectionKey.parse(String(ConnectionKey.of({ scheme: 'unix', path }, secret))).path, path)
    }),
  )
})

test('travels as JSON', t => {
  const key = ConnectionKey.of({ scheme: 'tcp', host: 'localhost', port: 1 }, secret)
  const { received } = JSON.parse(JSON.stringify({ received: key })) as { received: string }
  t.is(String(ConnectionKey.parse(received)), String(key))
})

test('shows no secret when it is inspected or logged', t => {
  const key = ConnectionKey.of({ scheme: 'unix', path: '/tmp/s' }, secret)
  const shown = inspect({ door: { key } }, { depth: 9, showHidden: true })
  t.true(shown.includes('unix:///tmp/s'))
  t.false(shown.includes(encoded))
  t.false(shown.includes('255'))
})

test('cannot be changed, nor can its secret', t => {
  const given = secret.slice()
  const key = ConnectionKey.of({ scheme: 'unix', path: '/tmp/s' }, given)
  given.fill(0)
  key.secret.fill(0)
  t.deepEqual(key.secret, secret)
  t.throws(() => Object.assign(key, { scheme: 'tcp' }), { instanceOf: TypeError })
})

const good = `secret=${encoded}`
const bad: ReadonlyArray<readonly [string, RegExp]> = [
  ['', /does not end with a secret/],
  ['unix:///tmp/s', /does not end with a secret/],
  ['unix:///tmp/s?secret=', /not base64url/],
  ['unix:///tmp/s?secret=a+/=', /not base64url/],
  ['unix:///tmp/s?secret=abcde', /not base64url/],
  ['unix:///tmp/s?secret=AAAA', /has 3 bytes, and 16 is the least/],
  [`nonsense?${good}`, /no URL/],
  [`unix:tmp/s?${good}`, /absolute path/],
  [`unix://host/s?${good}`, /names no machine/],
  [`npipe:////./pipe/x?${good}`, /npipe:\/\/\.\/pipe\/NAME/],
  [`tcp://127.0.0.1?${good}`, /host and a port/],
  [`tcp://127.0.0.1:99999?${good}`, /no URL/],
  [`unix:///tmp/%zz?${good}`, /no URL/],
  [`unix:///tmp/s?${good}\n`, /white space/],
]

for (const [text, reason] of bad) {
  test(`refuses ${JSON.stringify(text.replace(encoded, '...'))} and says why, without the secret`, t => {
    const error = t.throws(() => ConnectionKey.parse(text), { name: 'InvalidKey', message: reason })
    t.false(error.message.includes(encoded))
    t.regex(error.message, /pass on String\(door\.key\)/)
  })
}
