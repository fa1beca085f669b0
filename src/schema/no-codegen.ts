import type { Codegen } from './codegen.js'

/** No generated code: for browsers, which make closures in any case. Stands in for `codegen.js` there. */
export const codegen: Codegen | undefined = undefined
