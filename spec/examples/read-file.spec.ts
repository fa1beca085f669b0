import { appendFileSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { chunksOf, unread } from '../../examples/hashing/read-file.js'

const directory = mkdtempSync(join(tmpdir(), 'read-file-spec-'))
test.after.always('its directory is removed', () => rmSync(directory, { recursive: true, force: true }))

const fileOf = (name: string, content: string | Uint8Array): string => {
  const path = join(directory, name)
  writeFileSync(path, content)
  return path
}

const drain = async (chunks: AsyncIterable<Uint8Array>): Promise<Buffer> => {
  const parts: Uint8Array[] = []
  for await (const chunk of chunks) parts.push(chunk)
  return Buffer.concat(parts)
}

for (const size of [0, 1, 65_535, 65_536, 65_537, 200_000]) {
  test(`reads a file of ${size} bytes whole`, async t => {
    const content = Buffer.alloc(size, 'abc')
    const reading = unread()
    t.deepEqual(await drain(chunksOf(fileOf(`of-${size}`, content), reading)), content)
    t.is(reading.bytes, size)
    t.false(reading.changed)
  })
}

test('tells of a file that grows while it is read, and reads what has come', async t => {
  const path = fileOf('grows', Buffer.alloc(100_000))
  const reading = unread()
  const chunks = chunksOf(path, reading)
  await chunks.next()
  appendFileSync(path, 'more')
  await drain(chunks)
  t.true(reading.changed)
  t.is(reading.bytes, 100_004)
})

test('tells of a file that is cut short while it is read', async t => {
  const path = fileOf('shrinks', Buffer.alloc(300_000))
  const reading = unread()
  const chunks = chunksOf(path, reading)
  await chunks.next()
  truncateSync(path, 70_000)
  await drain(chunks)
  t.true(reading.changed)
  t.is(reading.bytes, 70_000)
})

test('does not read what has become a link or a directory since it was listed', async t => {
  const link = join(directory, 'link')
  symlinkSync(fileOf('target', 'hidden'), link)
  if (process.platform !== 'win32') await t.throwsAsync(drain(chunksOf(link, unread())), { message: /ELOOP/ })
  await t.throwsAsync(drain(chunksOf(directory, unread())), { message: /no file any more|EISDIR|EPERM/ })
})
