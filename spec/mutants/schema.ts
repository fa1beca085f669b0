import type { Mutant } from './mutant.js'

/** Faults in `src/schema` and `src/contract`. */
export const schemaMutants: readonly Mutant[] = [
  {
    name: 'range check skipped: an int32 is written of any number, without its upper bits',
    file: 'src/schema/put.ts',
    text: `if (typeof value !== 'number' || (value | 0) !== value) throw mismatch`,
    becomes: `if (typeof value !== 'number') throw mismatch`,
    specs: ['spec/schema/integers.spec.ts'],
  },
  {
    name: 'range check off by one: an int64 holds for 2^63',
    file: 'src/schema/scalar.ts',
    text: 'const most = 2n ** BigInt(signed ? bits - 1 : bits) - 1n',
    becomes: 'const most = 2n ** BigInt(signed ? bits - 1 : bits)',
    specs: ['spec/schema/integers.spec.ts'],
  },
  {
    name: 'a literal of more than 32 bits is taken for one that an int32 holds',
    file: 'src/schema/scalar.ts',
    text: 'Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most',
    becomes: 'Number.isSafeInteger(value)',
    specs: ['spec/contract/evolution.spec.ts'],
  },
  {
    name: 'a property that holds undefined is taken for one that may be left out',
    file: 'src/schema/take.ts',
    text: `return takesUndefined(field.type) ? { is: 'value', value: undefined, steps: [] } : { is: 'missing' }`,
    becomes: `return takesUndefined(field.type) ? { is: 'omitted' } : { is: 'missing' }`,
    specs: ['spec/contract/evolution.spec.ts'],
  },
  {
    name: 'null that a union holds comes back as undefined',
    file: 'src/schema/decode-closure.ts',
    text: 'if (known !== undefined) return known.run === undefined ? known.value : known.run(known.value)',
    becomes:
      'if (known !== undefined) return known.run === undefined ? (known.value ?? undefined) : known.run(known.value)',
    specs: ['spec/schema/round-trip.spec.ts', 'spec/schema/properties.spec.ts'],
  },
  {
    name: 'a number that an enum does not name is refused, though there is a fallback',
    file: 'src/schema/decode-closure.ts',
    text: 'if (fallback !== undefined) return fallback.value',
    becomes: '',
    specs: ['spec/schema/hostile.spec.ts'],
  },
  {
    name: 'a literal that only a newer far end knows is not read as the fallback',
    file: 'src/schema/resolve.ts',
    text: 'else if (fallback !== undefined) values.set(number, { value: fallback.value as Literal, steps: [] })',
    becomes: `else values.set(number, { value: '', steps: [] })`,
    specs: ['spec/contract/evolution.spec.ts'],
  },
  {
    name: 'nesting is not counted, so that a deep value may fill the stack',
    file: 'src/schema/decode-closure.ts',
    text: 'const value = read(reader, depth + 1)',
    becomes: 'const value = read(reader, depth)',
    specs: ['spec/schema/hostile.spec.ts'],
  },
  {
    name: 'a wider integer of the far end is taken for one that fits',
    file: 'src/schema/scalar.ts',
    text: 'if (need > room || (from.signed && !to.signed)) return undefined',
    becomes: 'if (from.signed && !to.signed) return undefined',
    specs: ['spec/contract/evolution.spec.ts'],
  },
  {
    name: 'a property that the far end may leave out is taken for a required one',
    file: 'src/schema/fit.ts',
    text: `if (!source.required && source.implicit !== true && absentOf(field).is === 'missing') return false`,
    becomes: '',
    specs: ['spec/contract/evolution.spec.ts'],
  },
  {
    name: 'the verdict looks in the wrong direction: a handler judges what it writes',
    file: 'src/contract/match-contract.ts',
    text: `if (role === 'handler') parts.push(`,
    becomes: `if (role === 'caller') parts.push(`,
    specs: ['spec/contract/evolution.spec.ts', 'spec/contract/compare-contracts.spec.ts'],
  },
]
