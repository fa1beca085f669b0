import type * as io from 'io-ts'
import { Derivation } from '../../src/schema/derive.js'

/** The protobuf scalar of a record's first property. */
export const describeTypeForSpec = (codec: io.Any): string => {
  const type = new Derivation().derive(codec)
  const first = type.kind === 'record' ? type.body.fields[0]?.type : undefined
  return first?.kind === 'scalar' ? first.scalar : 'no scalar'
}
