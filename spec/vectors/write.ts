import { writeFileSync } from 'node:fs'
import { Writer } from '../../src/protobuf/writer.js'
import { compileContract } from '../../src/contract/compile-contract.js'
import { nested, Rich } from '../contract/rich-contract.js'
import { rewrite } from './other-hand.js'
import { scalarsByOtherHand } from './scalars-by-other-hand.js'

// writes the golden files anew: npx tsx spec/vectors/write.ts. They change with the contract's descriptor alone.
const at = (name: string): URL => new URL(name, import.meta.url)
writeFileSync(at('scalars.bin'), scalarsByOtherHand())
const writer = Writer.create()
compileContract(Rich).methods[1]?.input.encode(nested, writer)
writeFileSync(at('nested.bin'), rewrite('Nested', writer.finish()))
