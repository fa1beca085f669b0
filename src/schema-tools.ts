export { fromProto, type FromProto } from './contract/from-proto.js'
export type { ProtoFiles } from './contract/parse-proto.js'
export { ProtoError } from './contract/proto-error.js'
export { toTypeScript } from './contract/to-type-script.js'
