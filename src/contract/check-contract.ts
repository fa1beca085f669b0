import type { Contract } from './contract-set.js'
import { filesOf } from './describe.js'

/** Refuses a contract that has no protobuf form, by trying. */
export const checkContract = (contract: Contract): void => void filesOf(contract)
