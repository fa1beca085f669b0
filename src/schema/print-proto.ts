import {
  noWords,
  type EnumDescriptor,
  type FieldDescriptor,
  type FieldWords,
  type FileDescriptor,
  type MessageDescriptor,
  type MethodDescriptor,
} from './descriptor.js'

/** The file that defines our options; it comes with the package, beside `wire.proto`. */
export const optionsFileName = 'sluice/v1/options.proto'

/** A file as `.proto` text, which protoc and buf compile to the same descriptor. */
export const printProto = (file: FileDescriptor): string => {
  const imports = [...(usesOptions(file) ? [optionsFileName] : []), ...file.dependencies]
  const parts = [
    'syntax = "proto3";',
    ...(file.package === '' ? [] : [`package ${file.package};`]),
    ...(imports.length === 0 ? [] : [imports.map(name => `import ${quote(name)};`).join('\n')]),
    ...file.services.map(service => [`service ${service.name} {`, ...service.methods.map(printMethod), '}'].join('\n')),
    ...file.messages.map(message => printMessage(message, '').join('\n')),
    ...file.enums.map(each => printEnum(each, '').join('\n')),
  ]
  return `${parts.join('\n\n')}\n`
}

const usesOptions = (file: FileDescriptor): boolean => {
  const inMessage = (message: MessageDescriptor): boolean =>
    message.shape !== 'record' ||
    message.fields.some(field => optionsOf(field.words) !== '') ||
    message.oneofs.some(oneof => optionsOf(oneof.words) !== '') ||
    message.nested.some(inMessage) ||
    message.enums.some(inEnum)
  const inEnum = (each: EnumDescriptor): boolean => each.values.some(value => value.literal !== '')
  return file.services.length > 0 || file.messages.some(inMessage) || file.enums.some(inEnum)
}

const printMethod = (method: MethodDescriptor): string => {
  const stream = (streams: boolean): string => (streams ? 'stream ' : '')
  const words = printWords([
    ['name', method.key === method.name ? '' : quote(method.key)],
    ['kind', method.kind === '' ? '' : quote(method.kind)],
    ['failure', method.failure === '' ? '' : quote(method.failure)],
  ])
  const options = [
    ...(method.idempotent ? ['    option idempotency_level = IDEMPOTENT;'] : []),
    ...(words === '' ? [] : [`    option (sluice.v1.method) = { ${words} };`]),
  ]
  const head = `  rpc ${method.name}(${stream(method.clientStreaming)}${method.input}) returns (${stream(method.serverStreaming)}${method.output})`
  return options.length === 0 ? `${head};` : [`${head} {`, ...options, '  }'].join('\n')
}

const printMessage = (message: MessageDescriptor, indent: string): readonly string[] => {
  const entries = new Map(message.nested.filter(nested => nested.mapEntry).map(nested => [nested.name, nested]))
  const inner = `${indent}  `
  const lines: string[] = []
  if (message.shape !== 'record')
    lines.push(`${inner}option (sluice.v1.message) = { shape: ${message.shape.toUpperCase()} };`)
  const printed = new Set<number>()
  for (const field of message.fields) {
    if (field.oneof === -1 || field.optional) {
      lines.push(printField(field, entries, inner))
      continue
    }
    if (printed.has(field.oneof)) continue
    printed.add(field.oneof)
    const oneof = message.oneofs[field.oneof]
    const words = optionsOf(oneof?.words ?? noWords)
    lines.push(
      `${inner}oneof ${oneof?.name ?? 'choice'} {`,
      ...(words === '' ? [] : [`${inner}  option (sluice.v1.oneof) = { ${words} };`]),
      ...message.fields
        .filter(other => other.oneof === field.oneof)
        .map(other => printField(other, entries, `${inner}  `)),
      `${inner}}`,
    )
  }
  for (const nested of message.nested) if (!nested.mapEntry) lines.push(...printMessage(nested, inner))
  for (const each of message.enums) lines.push(...printEnum(each, inner))
  return lines.length === 0
    ? [`${indent}message ${message.name} {}`]
    : [`${indent}message ${message.name} {`, ...lines, `${indent}}`]
}

const printField = (
  field: FieldDescriptor,
  entries: ReadonlyMap<string, MessageDescriptor>,
  indent: string,
): string => {
  const entry = field.type === 'message' ? entries.get(field.typeName.split('.').at(-1) ?? '') : undefined
  const value = entry?.fields[1]
  const type = value === undefined ? typeText(field) : `map<${typeText(entry?.fields[0] ?? field)}, ${typeText(value)}>`
  const label = value !== undefined ? '' : field.repeated ? 'repeated ' : field.optional ? 'optional ' : ''
  const words = optionsOf(field.words)
  return `${indent}${label}${type} ${field.name} = ${field.number}${words === '' ? '' : ` [(sluice.v1.field) = { ${words} }]`};`
}

const typeText = (field: FieldDescriptor): string =>
  field.type === 'message' || field.type === 'enum' ? field.typeName : field.type

const printEnum = (each: EnumDescriptor, indent: string): readonly string[] => [
  `${indent}enum ${each.name} {`,
  ...each.values.map(value => {
    const words = value.literal === '' ? '' : ` [(sluice.v1.value) = { literal: ${quote(value.literal)} }]`
    return `${indent}  ${value.name} = ${value.number}${words};`
  }),
  `${indent}}`,
]

const optionsOf = (words: FieldWords): string =>
  printWords([
    ['key', words.key === '' ? '' : quote(words.key)],
    ['required', words.required ? 'true' : ''],
    ...words.checks.map(check => ['checks', quote(check)] as const),
    ...words.itemChecks.map(check => ['item_checks', quote(check)] as const),
    ['has_default', words.hasDefault ? 'true' : ''],
    ...words.aliases.map(name => ['aliases', quote(name)] as const),
    ['js', words.js === '' ? '' : quote(words.js)],
    ['has_fallback', words.hasFallback ? 'true' : ''],
    ['member', words.member === '' ? '' : quote(words.member)],
  ])

const printWords = (words: readonly (readonly [string, string])[]): string =>
  words
    .filter(([, text]) => text !== '')
    .map(([name, text]) => `${name}: ${text}`)
    .join(', ')

// control characters go as their bytes, the rest as it is: proto files are UTF-8
const quote = (text: string): string => {
  let out = '"'
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0
    if (character === '"' || character === '\\') out += `\\${character}`
    else if (code < 32 || code === 127) out += `\\${code.toString(8).padStart(3, '0')}`
    else out += character
  }
  return `${out}"`
}
