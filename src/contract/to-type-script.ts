import { printCodecs } from '../schema/print-codec.js'
import type { Type } from '../schema/type.js'
import { describedBy, lower } from './from-proto.js'
import { kindOf } from './match-contract.js'
import type { ProtoFiles } from './parse-proto.js'

/**
 * Prints io-ts source for proto3 text, or for a serialised `google.protobuf.FileDescriptorSet`: a codec and a type for each
 * message, a contract for each service. The typed way from a `.proto` file; run it when the file changes.
 *
 * @param source - the text, or the bytes
 * @param files - texts that it imports, by their names; protobuf's well-known types need none
 * @returns the text of a TypeScript module
 * @throws {@link ProtoError} when the text cannot be parsed, or says what no codec says
 */
export const toTypeScript = (source: string | Uint8Array, files: ProtoFiles = {}): string => {
  const described = describedBy(source, files)
  const types = new Map<string, Type>(described.types)
  const { text, names, constants } = printCodecs(types)
  const taken = new Set([...constants.values(), ...names])
  const contracts = described.services.map(({ name, methods }) => {
    const wanted = name.split('.').at(-1) ?? name
    let constant = wanted
    for (let n = 0; taken.has(constant); n += 1) constant = `${wanted}Contract${n === 0 ? '' : n}`
    taken.add(constant)
    const lines = methods.map(method => {
      const kind = kindOf(method)
      const options = [
        ...(method.failure === '' ? [] : [`failure: ${constants.get(method.failure) ?? 't.unknown'}`]),
        ...(method.idempotent ? ['idempotent: true'] : []),
      ]
      const codecs = [method.input, ...(kind === 'event' ? [] : [method.output])].map(
        each => constants.get(each) ?? 't.unknown',
      )
      const more = options.length === 0 ? '' : `, { ${options.join(', ')} }`
      const key = method.key === '' ? lower(method.name) : method.key
      return `  ${JSON.stringify(key)}: sluice.${kind}(${codecs.join(', ')}${more}),\n`
    })
    return `export const ${constant} = sluice.contract(${JSON.stringify(name)}, {\n${lines.join('')}})`
  })
  const imports = [
    "import * as t from 'io-ts'",
    ...(contracts.length > 0 ? ["import * as sluice from 'sluice'"] : []),
    ...(names.size > 0 ? [`import { ${[...names].sort().join(', ')} } from 'sluice'`] : []),
  ]
  return `${[imports.join('\n'), ...(text === '' ? [] : [text]), ...contracts].join('\n\n')}\n`
}
