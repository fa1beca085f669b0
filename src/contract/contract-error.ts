import { TaggedError } from '../error/tagged-error.js'

/** A contract that cannot be made: says which method, where in its codec, why, and what to do. */
export class ContractError extends TaggedError<'ContractError'> {
  /**
   * @param contract - name of the contract
   * @param method - name of the method, or empty when the contract itself is at fault
   * @param path - where in the method, such as `input.order.bread`; empty for the whole
   * @param why - what cannot be done
   * @param remedy - what to do instead
   */
  constructor(
    readonly contract: string,
    readonly method: string,
    readonly path: string,
    readonly why: string,
    readonly remedy: string,
  ) {
    const where = [contract, ...(method === '' ? [] : [method])].join('.')
    super('ContractError', `${where}${path === '' ? '' : `, ${path}`}: ${why}: ${remedy}`)
  }
}
