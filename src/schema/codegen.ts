import { generateDecoder } from './decode-generated.js'
import { generateEncoder } from './encode-generated.js'
import { codegenAllowed } from './source.js'

/** How encoders and decoders are made of generated code. */
export interface Codegen {
  readonly encoder: typeof generateEncoder
  readonly decoder: typeof generateDecoder
  /** Whether code is generated where nobody has said. */
  readonly allowed: () => boolean
}

/**
 * Generated code, where the bundle has it.
 *
 * Bundlers that make something for browsers take `no-codegen.js` in place of this module: `browser` in package.json says so.
 */
export const codegen: Codegen | undefined = {
  encoder: generateEncoder,
  decoder: generateDecoder,
  allowed: codegenAllowed,
}
