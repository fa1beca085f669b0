import test from 'ava'
import { readFileSync } from 'node:fs'
import { Reader } from '../../src/protobuf/reader.js'
import { Writer } from '../../src/protobuf/writer.js'
import { codegenAllowed } from '../../src/schema/source.js'
import { compileContract } from '../../src/contract/compile-contract.js'
import { nested, Rich, scalars } from '../contract/rich-contract.js'
import { messageOf, readWith, rewrite } from './other-hand.js'
import { scalarsByOtherHand } from './scalars-by-other-hand.js'

const golden = (name: string): Uint8Array => readFileSync(new URL(name, import.meta.url))

for (const codegen of codegenAllowed() ? [true, false] : [false]) {
  const how = codegen ? 'generated code' : 'closures'
  const method = (name: string) => {
    const found = compileContract(Rich, { codegen }).methods.find(each => each.name === name)
    if (found === undefined) throw new Error(`no method ${name}`)
    return found
  }
  const written = (name: string, value: unknown): Uint8Array => {
    const writer = Writer.create()
    method(name).input.encode(value, writer)
    return Uint8Array.from(writer.finish())
  }
  const read = (name: string, bytes: Uint8Array): unknown => method(name).input.decode(Reader.create(bytes))

  test(`${how}: another implementation reads every scalar that we write, by the derived descriptor alone`, t => {
    const message = readWith('Scalars', written('scalars', scalars))
    for (const field of message.fields) {
      if (field.name === 'bigint' || field.name === 'int53') continue
      const value = message.get(field)
      t.deepEqual(value, scalars[field.name as keyof typeof scalars], field.name)
    }
    t.is(message.fields.length, Object.keys(scalars).length)
  })

  test(`${how}: another implementation knows every field of what we write`, t => {
    const { message } = readWith('Nested', written('nested', nested)) as unknown as { message: { $unknown?: unknown } }
    t.is(message.$unknown, undefined)
    t.true(messageOf('Nested').fields.length >= Object.keys(nested).length)
  })

  test(`${how}: we read what another implementation has read and written again`, t => {
    t.deepEqual(read('scalars', rewrite('Scalars', written('scalars', scalars))), scalars)
    t.deepEqual(read('nested', rewrite('Nested', written('nested', nested))), nested)
  })

  test(`${how}: we read the golden files, which another implementation wrote`, t => {
    t.deepEqual(read('scalars', golden('scalars.bin')), scalars)
    t.deepEqual(read('nested', golden('nested.bin')), nested)
  })
}

test('the golden file of the scalars is what another implementation writes, field by field', t => {
  t.deepEqual(Uint8Array.from(scalarsByOtherHand()), Uint8Array.from(golden('scalars.bin')))
})
