import test from 'ava'
import fc from 'fast-check'
import type * as io from 'io-ts'
import { Reader } from '../../src/protobuf/reader.js'
import { Writer } from '../../src/protobuf/writer.js'
import type { Coder } from '../../src/schema/codec.js'
import { CoderFactory } from '../../src/schema/coder.js'
import { Derivation } from '../../src/schema/derive.js'
import { compareTypes } from '../../src/schema/compare-types.js'
import { Fit } from '../../src/schema/fit.js'
import { FileBuilder } from '../../src/schema/describe-types.js'
import { readDescriptorSet } from '../../src/schema/descriptor-read.js'
import { writeDescriptorSet } from '../../src/schema/descriptor-bytes.js'
import { DescriptorTypes } from '../../src/schema/types-of-descriptor.js'
import { Resolver } from '../../src/schema/resolve.js'
import { InvalidValue } from '../../src/schema/invalid-value.js'
import { codegenAllowed } from '../../src/schema/source.js'
import { isWellFormed } from '../../src/schema/scalar.js'
import { Unmappable } from '../../src/schema/unmappable.js'
import { arbitraryTree, Census, codecOf, defaultValue, evolve, valueOf, type Tree } from './arbitrary-codec.js'

const bytesOf = (coder: Coder<unknown>, value: unknown): Uint8Array => {
  const writer = Writer.create()
  coder.encode(value, writer)
  return writer.finish()
}

type Outcome = { readonly value: unknown } | { readonly refused: true }

const attempt = <A>(run: () => A): { readonly value: A } | { readonly refused: true } => {
  try {
    return { value: run() }
  } catch (error) {
    if (error instanceof InvalidValue) return { refused: true }
    throw error
  }
}

const read = (coder: Coder<unknown>, bytes: Uint8Array): Outcome => attempt(() => coder.decode(Reader.create(bytes)))

interface Made {
  readonly codec: io.Mixed
  readonly generated: Coder<unknown>
  readonly closures: Coder<unknown>
}

// keys that no protobuf identifier tells apart are refused: such a codec is none of these cases
const make = (tree: Tree): Made | undefined => {
  const codec = codecOf(tree)
  try {
    const type = new Derivation().derive(codec)
    return {
      codec,
      generated: new CoderFactory({ codegen: codegenAllowed() }).coder(type),
      closures: new CoderFactory({ codegen: false }).coder(type),
    }
  } catch (error) {
    if (error instanceof Unmappable) return undefined
    throw error
  }
}

const census = new Census()
let cases = 0

test.after('how often each combinator occurred', t => {
  const print = (shares: readonly (readonly [string, number])[]): string =>
    shares.map(([name, share]) => `${name} ${share.toFixed(1)}%`).join(', ')
  const kinds = census.shares(census.kinds)
  t.log(`${cases} cases`)
  t.log(`combinators: ${print(kinds)}`)
  t.log(`depths: ${print(census.shares(census.depths))}`)
  t.true(kinds.every(([, share]) => share >= 1))
  t.true(cases >= 10_000)
})

const treeAndValues = arbitraryTree.chain(tree =>
  fc.tuple(fc.constant(tree), fc.array(valueOf(tree), { minLength: 4, maxLength: 4 })),
)

test('a value comes back as it went, by generated code and by closures, in the same bytes', t => {
  fc.assert(
    fc.property(treeAndValues, ([tree, values]) => {
      census.count(tree)
      const made = make(tree)
      fc.pre(made !== undefined)
      for (const value of values) {
        cases += 1
        const bytes = bytesOf(made.generated, value)
        t.deepEqual(bytesOf(made.closures, value), bytes)
        t.deepEqual(read(made.generated, bytes), { value }, JSON.stringify(tree))
        t.deepEqual(read(made.closures, bytes), { value })
        t.true(made.codec.is(value))
      }
    }),
    { numRuns: 1_500 },
  )
})

test('what io-ts refuses is refused, and what it accepts is carried', t => {
  const stranger = fc
    .tuple(arbitraryTree, arbitraryTree)
    .chain(([tree, other]) =>
      fc.tuple(fc.constant(tree), fc.array(fc.oneof(valueOf(other), fc.anything()), { minLength: 4, maxLength: 4 })),
    )
  fc.assert(
    fc.property(stranger, ([tree, values]) => {
      census.count(tree)
      const made = make(tree)
      fc.pre(made !== undefined)
      for (const value of values) {
        cases += 1
        const carried = attempt(() => bytesOf(made.generated, value))
        t.deepEqual(
          attempt(() => bytesOf(made.closures, value)),
          carried,
        )
        if ('refused' in carried) {
          // what io-ts accepts and we refuse is on the list of exceptions: it cannot be data, or is no Unicode
          if (made.codec.is(value)) t.true(isException(value), JSON.stringify(tree))
        } else {
          t.true(made.codec.is(value), JSON.stringify(tree))
          const back = read(made.generated, carried.value)
          if (!('value' in back)) t.fail(JSON.stringify(tree))
          else t.true(made.codec.is(back.value))
        }
      }
    }),
    { numRuns: 1_000 },
  )
})

const isException = (value: unknown): boolean => {
  if (typeof value === 'string') return !isWellFormed(value)
  if (typeof value === 'function' || typeof value === 'symbol') return true
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  if (!Array.isArray(value) && prototype !== null && prototype !== Object.prototype) return true
  // holes in arrays are undefined
  if (Array.isArray(value) && Object.keys(value).length < value.length) return true
  return Object.entries(value).some(([key, inner]) => !isWellFormed(key) || isException(inner))
}

test('whatever the bytes are, they are refused or are a value of the codec', t => {
  const garbled = treeAndValues.chain(([tree, values]) =>
    fc.tuple(
      fc.constant(tree),
      fc.constant(values),
      fc.array(
        fc.record({
          at: fc.nat(400),
          to: fc.nat(255),
          how: fc.constantFrom('set', 'cut', 'insert', 'double'),
        }),
        { minLength: 1, maxLength: 3 },
      ),
      fc.uint8Array({ maxLength: 40 }),
    ),
  )
  fc.assert(
    fc.property(garbled, ([tree, values, edits, noise]) => {
      census.count(tree)
      const made = make(tree)
      fc.pre(made !== undefined)
      for (const value of [...values, undefined]) {
        cases += 1
        const original = attempt(() => bytesOf(made.generated, value))
        const bytes = edits.reduce(edit, 'value' in original && value !== undefined ? original.value : noise)
        const before = JSON.stringify(Object.getOwnPropertyNames(Object.prototype))
        const one = read(made.generated, bytes)
        const other = read(made.closures, bytes)
        t.deepEqual(one, other)
        if ('value' in one) t.true(made.codec.is(one.value), JSON.stringify(tree))
        t.is(JSON.stringify(Object.getOwnPropertyNames(Object.prototype)), before)
      }
    }),
    { numRuns: 1_000 },
  )
})

interface Edit {
  readonly at: number
  readonly to: number
  readonly how: string
}

const edit = (bytes: Uint8Array, { at, to, how }: Edit): Uint8Array => {
  const position = bytes.length === 0 ? 0 : at % bytes.length
  switch (how) {
    case 'set': {
      const copy = bytes.slice()
      copy[position] = to
      return copy
    }
    case 'cut':
      return bytes.slice(0, position)
    case 'insert':
      return Uint8Array.from([...bytes.subarray(0, position), to, ...bytes.subarray(position)])
    default:
      return Uint8Array.from([...bytes, ...bytes])
  }
}

const typeOf = (tree: Tree) => {
  try {
    return new Derivation().derive(codecOf(tree))
  } catch (error) {
    if (error instanceof Unmappable) return undefined
    throw error
  }
}

// what the far end would know of a type: its descriptor, through bytes
const throughDescriptor = (type: NonNullable<ReturnType<typeof typeOf>>) => {
  const builder = new FileBuilder('spec')
  const name = builder.messageFor(type, 'Top')
  const files = readDescriptorSet(writeDescriptorSet(builder.finish({ name: 'spec.proto', services: [] })))
  return new DescriptorTypes(files).topLevel(name)
}

// nothing is read that was not written, but for what was filled in; nothing is read as something else
const isSeenIn = (seen: unknown, written: unknown): boolean => {
  if (Object.is(seen, written) || seen === defaultValue || seen === undefined) return true
  if (typeof seen === 'number' && typeof written === 'number') return seen === written
  if (typeof seen === 'bigint' && typeof written === 'number') return seen === BigInt(written)
  if (seen instanceof Uint8Array)
    return typeof written === 'string'
      ? new TextDecoder().decode(seen) === written
      : written instanceof Uint8Array && Buffer.compare(seen, written) === 0
  if (seen instanceof Date) return written instanceof Date && seen.getTime() === written.getTime()
  if (typeof seen === 'string' && written instanceof Date) return seen === written.toISOString()
  if (typeof seen !== 'object' || seen === null || typeof written !== 'object' || written === null) return false
  if (Array.isArray(seen))
    return (
      Array.isArray(written) && seen.length === written.length && seen.every((item, i) => isSeenIn(item, written[i]))
    )
  return Object.entries(seen).every(([key, inner]) =>
    isSeenIn(inner, (written as Readonly<Record<string, unknown>>)[key]),
  )
}

test('a value of another version is read as the reader expects it, or refused by the verdict, never misread', t => {
  let read = 0
  let refused = 0
  const versions = fc.tuple(arbitraryTree, fc.infiniteStream(fc.nat(1_000))).chain(([tree, decisions]) => {
    const decide = (): number => decisions.next().value as number
    const later = evolve(tree, decide)
    return fc.tuple(
      fc.constant([tree, later] as const),
      fc.array(valueOf(tree), { minLength: 3, maxLength: 3 }),
      fc.array(valueOf(later), { minLength: 3, maxLength: 3 }),
    )
  })
  fc.assert(
    fc.property(versions, ([[old, now], oldValues, newValues]) => {
      census.count(old)
      const [before, after] = [typeOf(old), typeOf(now)]
      fc.pre(before !== undefined && after !== undefined)
      for (const [writer, reader, values, codec] of [
        [before, after, oldValues, codecOf(now)],
        [after, before, newValues, codecOf(old)],
      ] as const) {
        const far = throughDescriptor(writer)
        const fit = new Fit()
        const { differences } = compareTypes(fit, reader, far)
        const fits = fit.fits(reader, far)
        t.is(differences.length === 0, fits, JSON.stringify([old, now, differences]))
        if (!fits) {
          refused += 1
          continue
        }
        read += 1
        for (const codegen of [codegenAllowed(), false]) {
          const factory = new CoderFactory({ codegen })
          const decode = factory.decoder(reader, far, new Resolver(fit))
          for (const value of values) {
            cases += 1
            const bytes = bytesOf(factory.coder(writer), value)
            const seen = attempt(() => decode(Reader.create(bytes)))
            if ('refused' in seen) {
              // a refinement that the writer did not promise
              t.regex(JSON.stringify([old, now]), /refinement|brand|via|Int/)
              continue
            }
            t.true(codec.is(seen.value), JSON.stringify([old, now]))
            t.true(isSeenIn(seen.value, value), JSON.stringify([old, now]))
          }
        }
      }
    }),
    { numRuns: 500 },
  )
  t.log(`${read} pairs were read, ${refused} refused`)
  t.true(read > 100 && refused > 100)
})
