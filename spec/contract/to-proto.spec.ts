import test from 'ava'
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { filesOf } from '../../src/contract/describe.js'
import { toProto } from '../../src/contract/to-proto.js'
import { readDescriptorSet } from '../../src/schema/descriptor-read.js'
import { Rich } from './rich-contract.js'

const buf = join(dirname(createRequire(import.meta.url).resolve('@bufbuild/buf/package.json')), 'bin/buf')

const compile = (name: string, text: string): Uint8Array => {
  const folder = mkdtempSync(join(tmpdir(), 'proto-'))
  try {
    cpSync('proto', folder, { recursive: true })
    writeFileSync(join(folder, 'buf.yaml'), 'version: v2\n')
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
    const out = join(folder, 'out.binpb')
    execFileSync(process.execPath, [buf, 'build', '.', '--as-file-descriptor-set', '-o', out], {
      cwd: folder,
      env: { ...process.env, HOME: folder, XDG_CACHE_HOME: folder },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    return readFileSync(out)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

test('the text of a contract compiles, with another implementation, to the descriptor that the contract has', t => {
  const compiled = readDescriptorSet(compile('spec/rich/Everything.proto', toProto(Rich)), { bytes: 10_000_000 })
  const theirs = compiled.find(file => file.name === 'spec/rich/Everything.proto')
  const value = compiled.find(file => file.name === 'sluice/v1/value.proto')
  const [ourValue, ours] = filesOf(Rich)
  if (theirs === undefined || ours === undefined || value === undefined || ourValue === undefined) return t.fail()
  t.deepEqual(value, ourValue)
  t.deepEqual(theirs.messages, ours.messages)
  t.deepEqual(theirs.enums, ours.enums)
  t.deepEqual(
    theirs.services.map(service =>
      service.methods.map(({ key, ...method }) => ({ ...method, key: key || method.name })),
    ),
    ours.services.map(service => [...service.methods]),
  )
})
