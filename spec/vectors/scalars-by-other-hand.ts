import { scalars } from '../contract/rich-contract.js'
import { writeWith } from './other-hand.js'

/** The scalars' message, put together field by field with the other implementation. */
export const scalarsByOtherHand = (): Uint8Array =>
  writeWith('Scalars', message => {
    for (const field of message.fields) {
      const value = scalars[field.name as keyof typeof scalars]
      // the two kinds of number that protobuf does not know travel as int64 and bytes
      if (field.name === 'int53') message.set(field, BigInt(value as number))
      // -(2 ** 70) in two's complement
      else if (field.name === 'bigint') message.set(field, new Uint8Array([0xc0, 0, 0, 0, 0, 0, 0, 0, 0]))
      else message.set(field, value)
    }
  })
