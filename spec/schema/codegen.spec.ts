import test from 'ava'
import * as io from 'io-ts'
import { execFileSync } from 'node:child_process'
import { Reader } from '../../src/protobuf/reader.js'
import { Writer } from '../../src/protobuf/writer.js'
import { CoderFactory } from '../../src/schema/coder.js'
import { Derivation } from '../../src/schema/derive.js'
import { FileBuilder } from '../../src/schema/describe-types.js'
import { writeDescriptorSet } from '../../src/schema/descriptor-bytes.js'
import { readDescriptorSet } from '../../src/schema/descriptor-read.js'
import { Fit } from '../../src/schema/fit.js'
import { Resolver } from '../../src/schema/resolve.js'
import { codegenAllowed, printNumber } from '../../src/schema/source.js'
import { DescriptorTypes } from '../../src/schema/types-of-descriptor.js'
import { loader } from '../helpers/script-args.js'

// in a process of its own: whether code may be generated is asked once
const inProcess = (script: string, ...flags: readonly string[]): string =>
  execFileSync(process.execPath, [...flags, `--import=${loader}`, '--input-type=module', '-e', script], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim()

const root = new URL('../../src/schema/', import.meta.url).href
const protobuf = new URL('../../src/protobuf/', import.meta.url).href

const carryOne = `
  import * as io from 'io-ts'
  const { Reader } = await import('${protobuf}reader.ts')
  const { Writer } = await import('${protobuf}writer.ts')
  const { CoderFactory } = await import('${root}coder.ts')
  const { Derivation } = await import('${root}derive.ts')
  const coder = new CoderFactory().coder(new Derivation().derive(io.type({ a: io.string })))
  const writer = Writer.create()
  coder.encode({ a: 'x' }, writer)
  console.log(JSON.stringify(coder.decode(Reader.create(writer.finish()))), made)
`

const count = `
  let made = 0
  globalThis.Function = new Proxy(Function, { construct: (f, args) => (made++, Reflect.construct(f, args)) })
`

test('code is generated on Node', t => {
  t.regex(inProcess(`${count} ${carryOne}`), /^\{"a":"x"\} [1-9]/)
})

test('closures do the same where code may not be generated', t => {
  t.regex(inProcess(`${count} ${carryOne}`, '--disallow-code-generation-from-strings'), /^\{"a":"x"\} 1$/)
})

test('a browser is not even asked: the attempt would be reported', t => {
  t.is(inProcess(`${count} globalThis.process = undefined; ${carryOne}`), '{"a":"x"} 0')
})

test('a page of Electron is taken for a browser', t => {
  t.is(inProcess(`${count} process.type = 'renderer'; ${carryOne}`), '{"a":"x"} 0')
})

test('code is generated in a browser when that is asked for', t => {
  const asked = carryOne.replace('new CoderFactory()', 'new CoderFactory({ codegen: true })')
  t.regex(inProcess(`${count} globalThis.process = undefined; ${asked}`), /^\{"a":"x"\} [1-9]/)
})

test('no text of the far end is in generated code', t => {
  if (!codegenAllowed()) return t.pass()
  const evil = `"]; globalThis.evil = 1; //`
  const names = { [evil]: io.string, a: io.keyof({ [`${evil}x`]: null, b: null }) }
  const writer = new Derivation().derive(io.type({ any: io.type(names, 'Evil'), [`${evil}dropped`]: io.number }))
  const builder = new FileBuilder('spec')
  const name = builder.messageFor(writer, 'Top')
  const set = writeDescriptorSet(builder.finish({ name: 'spec.proto', services: [] }))
  const far = new DescriptorTypes(readDescriptorSet(set)).topLevel(name)
  const reader = new Derivation().derive(io.type({ any: io.unknown }))
  const sources: string[] = []
  const plain = globalThis.Function
  globalThis.Function = new Proxy(plain, {
    construct: (target, args: string[]) => {
      sources.push(args.join('\n'))
      return Reflect.construct(target, args)
    },
  })
  try {
    const factory = new CoderFactory({ codegen: true })
    const decode = factory.decoder(reader, far, new Resolver(new Fit()))
    const out = Writer.create()
    new CoderFactory({ codegen: false })
      .coder(writer)
      .encode({ any: { [evil]: 'x', a: 'b' }, [`${evil}dropped`]: 1 }, out)
    t.deepEqual(decode(Reader.create(out.finish())), { any: { [evil]: 'x', a: 'b' } })
  } finally {
    globalThis.Function = plain
  }
  t.true(sources.length > 0)
  t.false(sources.some(source => source.includes('evil')))
})

test('only whole numbers that are not negative are printed into generated code', t => {
  for (const value of [-1, 1.5, NaN, Infinity, '1; alert()' as never]) t.throws(() => printNumber(value))
  t.is(printNumber(2 ** 32 - 1), '4294967295')
})
