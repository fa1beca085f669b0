import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import test from 'ava'
import protobuf from 'protobufjs'
import { proofOf, sessionKeys } from '../../src/session/proof.js'
import type { Frame, Hello } from '../../src/wire/frame.js'
import { helloBytes } from '../../src/wire/hello-codec.js'
import { plain, readIn, withLength, written } from '../wire/arbitrary-frame.js'

const text = readFileSync(new URL('../../proto/README.md', import.meta.url), 'utf8')

/** The bytes in a row of one of the specification's tables, by the text of its first cell. */
const row = (title: string): Buffer => {
  const cells = text.split('\n').find(line => line.startsWith('|') && line.split('|')[1]?.trim() === title)
  return Buffer.from((/`([0-9a-f ]+)` *\|$/.exec(cells ?? '')?.[1] ?? '').replaceAll(' ', ''), 'hex')
}

const u32 = (value: number) => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

test('the specification’s proofs are what its rule gives, computed by another HMAC', t => {
  const [secret, d, a] = [row('secret'), row('D'), row('A')] as [Buffer, Buffer, Buffer]
  t.is(secret.length, 32)
  for (const role of ['dialled', 'accepted'] as const) {
    const mac = createHmac('sha256', secret)
      .update(Buffer.concat([Buffer.from(`sluice v1 proof${role}`), u32(d.length), d, u32(a.length), a]))
      .digest('hex')
    t.is(row(`mac of the end that ${role}`).toString('hex'), mac)
    t.is(Buffer.from(proofOf(secret, role, d, a)).toString('hex'), mac)
  }
})

test('the specification’s hellos are what we write, and what we read', t => {
  for (const [title, nonce] of [
    ['D', 0xd1],
    ['A', 0xac],
  ] as const) {
    const hello = readIn([withLength(protobuf.Writer.create().uint32(130).bytes(row(title)).finish())])[0] as Hello
    t.deepEqual([...hello.nonce], Array<number>(32).fill(nonce))
    t.like([...hello.serves, ...hello.uses], [{ contract: 'demo.Kitchen', methods: ['howAreYou', 'ticks'] }])
    t.is(Buffer.from(helloBytes({ ...hello })).toString('hex'), row(title).toString('hex'))
  }
})

test('the specification’s frames are what we write, and what we read', t => {
  const payload = Uint8Array.of(0x41, 0x6e, 0x6e)
  const frames: Readonly<Record<string, Frame>> = {
    '`Open` of call 1, method 0, 5,000 ms, payload `41 6e 6e`': {
      _tag: 'Open',
      id: 1,
      method: 0,
      payload,
      credit: undefined,
      timeoutMs: 5_000,
      metadata: undefined,
    },
    '`Reply` to call 1, payload `41 6e 6e`': { _tag: 'Reply', id: 1, payload },
    '`Next` of call 2, payload `01 02 03`': { _tag: 'Next', id: 2, payload: Uint8Array.of(1, 2, 3) },
    '`Credit` for call 3, 128 items and 524,288 bytes': { _tag: 'Credit', id: 3, items: 128, bytes: 524_288 },
    '`Cancel` of call 3': { _tag: 'Cancel', id: 3 },
    '`Goodbye`, reason `DONE`': { _tag: 'Goodbye', reason: 'DONE', message: '' },
  }
  for (const [title, frame] of Object.entries(frames)) {
    t.is(row(title).toString('hex'), Buffer.from(written(frame)).toString('hex'), title)
    t.deepEqual(readIn([row(title)]).map(plain), [plain(frame)], title)
  }
})

test('the specification’s session secret and id are what its rule gives, computed by another HMAC', t => {
  const [secret, d, a] = [row('secret'), row('D'), row('A')] as [Buffer, Buffer, Buffer]
  const hmac = (key: Buffer, text: Buffer) => createHmac('sha256', key).update(text).digest()
  const own = hmac(secret, Buffer.concat([Buffer.from('sluice v1 session'), u32(d.length), d, u32(a.length), a]))
  const id = hmac(own, Buffer.from('sluice v1 session id')).subarray(0, 16)
  t.deepEqual([row('[session secret](#resumption)'), row('session id')], [own, id])
  const keys = sessionKeys(secret, d, a)
  t.deepEqual([Buffer.from(keys.secret), Buffer.from(keys.id)], [own, id])
})
