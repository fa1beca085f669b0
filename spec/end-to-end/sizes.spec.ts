import test from 'ava'
import { ownPlace, within } from '../helpers/processes.js'
import { dial } from 'sluice/node'
import { converse, errorOf, sharedServer, startServer, valueOf } from './fixtures/start-program.js'

ownPlace(test)
const shared = sharedServer(test)

const mebibyte = 1024 * 1024

const pattern = (size: number): Uint8Array => {
  const bytes = new Uint8Array(size)
  for (let i = 0; i < size; i += 1) bytes[i] = (i * 31) >>> 3
  return bytes
}

test.serial('a payload of almost 16 MiB goes there and back unharmed', async t => {
  const { far } = await shared.converse(t)
  const payload = pattern(16 * mebibyte - 256)
  const back = await within(valueOf(far.remote.pack(payload)), 'the payload')
  t.is(Buffer.compare(back, payload), 0)
})

test.serial('an empty payload goes there and back', async t => {
  const { far } = await shared.converse(t)
  t.is((await valueOf(far.remote.pack(new Uint8Array(0)))).length, 0)
  t.is(await valueOf(far.remote.ask('echo ')), '')
})

test.serial(
  'a message past the limit fails with TooLarge, which names both numbers, and the session lives',
  async t => {
    const { far } = await shared.converse(t)
    const error = (await errorOf(far.remote.pack(new Uint8Array(65 * mebibyte)))) as unknown as {
      _tag: string
      bytes: number
      limit: number
    }
    t.is(error._tag, 'TooLarge')
    t.true(error.bytes >= 65 * mebibyte)
    t.true(error.limit <= 64 * mebibyte)
    t.is(await valueOf(far.remote.ask('echo alive')), 'alive')
  },
)

test.serial('an answer that is too large for this end fails its call with TooLarge, and the session lives', async t => {
  const { far } = await shared.converse(t, { limits: { frameBytes: 64 * 1024, messageBytes: 64 * 1024 } })
  const error = await errorOf(far.remote.pack(pattern(100_000)))
  t.is(error._tag, 'TooLarge')
  t.is(await valueOf(far.remote.ask('echo alive')), 'alive')
})

test.serial('a request that is too large for the far end is not sent', async t => {
  const { key } = await startServer(t, '{"limits":{"frameBytes":65536,"messageBytes":65536}}')
  const { far } = await converse(t, dial(key))
  t.is((await errorOf(far.remote.pack(pattern(100_000))))._tag, 'TooLarge')
  t.is((await valueOf(far.remote.pack(pattern(60_000)))).length, 60_000)
})

test.serial('an item that is too large ends its own call alone', async t => {
  const { far } = await shared.converse(t)
  const error = await errorOf(far.remote.chat(['small', 'x'.repeat(65 * mebibyte), 'never sent']))
  t.is(error._tag, 'TooLarge')
  t.is(await valueOf(far.remote.ask('echo alive')), 'alive')
})

test.serial('texts of every kind of letter go there and back', async t => {
  const { far } = await shared.converse(t)
  const text = 'ß ✓ 漢字 🥪 \u0000 \u{10ffff} end'
  t.is(await valueOf(far.remote.ask(`echo ${text}`)), text)
})
