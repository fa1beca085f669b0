import { printProto } from '../schema/print-proto.js'
import { filesOf } from './describe.js'
import type { Contract } from './contract-set.js'

/**
 * A contract as `.proto` text, which protoc and buf compile.
 *
 * It imports `sluice/v1/options.proto`, and `sluice/v1/value.proto` where a codec takes anything: both lie in the
 * package's `proto` folder.
 */
export const toProto = (contract: Contract): string => {
  const file = filesOf(contract).at(-1)
  if (file === undefined) throw new Error('a contract is described by one file at least')
  return printProto(file)
}
