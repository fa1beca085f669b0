/**
 * The contract as a `google.protobuf.FileDescriptorSet`, and what to make of the far end's: proto/SCHEMAS.md, "Reading".
 */
import { createHash } from 'node:crypto'
import { contract, ownNumbers } from './contract.mjs'
import { Message, bytes, message, number, text } from './protobuf.mjs'

/** The number of sluice's options, among the options of a message, a field and a method. */
const option = 50551

/** `FieldDescriptorProto.Type`. */
const types = { string: 9, message: 11, bytes: 12, uint32: 13, enum: 14 }

const dot = contract.name.lastIndexOf('.')
const home = contract.name.slice(0, dot)
const service = contract.name.slice(dot + 1)

const describeField = ([key, { number: at, type }], i) =>
  message(
    text(1, key),
    number(3, at),
    number(4, 1), // LABEL_OPTIONAL
    number(5, types[type]),
    bytes(8, bytes(option, number(2, 1))), // required: the property is always there
    number(9, i), // the oneof that protobuf makes for a field that is `optional`
    number(17, 1), // proto3_optional
  )

const describeMessage = ([name, { value = false, fields }]) =>
  message(
    text(1, name),
    ...Object.entries(fields).map((field, i) => bytes(2, describeField(field, i))),
    value ? bytes(7, bytes(option, number(1, 2))) : undefined, // shape: VALUE
    ...Object.keys(fields).map(key => bytes(8, text(1, `_${key}`))),
  )

const describeMethod = ({ name, kind, input, output, failure }) =>
  message(
    text(1, name),
    text(2, `.${home}.${input}`),
    text(3, `.${home}.${output}`),
    bytes(
      4,
      bytes(
        option,
        message(text(1, name), text(2, kind), failure === undefined ? undefined : text(3, `.${home}.${failure}`)),
      ),
    ),
    kind === 'upload' || kind === 'channel' ? number(5, 1) : undefined,
    kind === 'stream' || kind === 'channel' ? number(6, 1) : undefined,
  )

/** The contract's descriptor set, as this end writes it. */
export const descriptorSet = bytes(
  1,
  message(
    text(1, 'foreign-peer.proto'),
    text(2, home),
    ...Object.entries(contract.messages).map(one => bytes(4, describeMessage(one))),
    bytes(6, message(text(1, service), ...contract.methods.map(one => bytes(2, describeMethod(one))))),
    text(12, 'proto3'),
  ),
)

/** SHA-256 of that. */
export const fingerprint = new Uint8Array(createHash('sha256').update(descriptorSet).digest())

/** A message of the far end's: whether it stands for one value, and its fields by the names of their properties. */
const readMessage = from => {
  const fields = new Map()
  for (const field of from.messages(2)) {
    const options = field.message(8)?.message(option)
    fields.set(options?.text(1) ?? field.text(1), {
      number: field.uint(3),
      type: field.uint(5),
      repeated: field.uint(4) === 3,
      required: options?.bool(2) ?? false,
    })
  }
  return { value: from.message(7)?.message(option)?.uint(1) === 2, fields }
}

/** The far end's methods by name, each with its kind and messages. Fails where the set makes no sense. */
const readSet = set => {
  const messages = new Map()
  const gather = (prefix, list) => {
    for (const one of list) {
      const name = `${prefix}.${one.text(1)}`
      messages.set(name, readMessage(one))
      gather(name, one.messages(3))
    }
  }
  const files = new Message(set).messages(1)
  for (const file of files) gather(file.text(2) === undefined ? '' : `.${file.text(2)}`, file.messages(4))
  const found = files
    .filter(file => (file.text(2) ?? '') === home)
    .flatMap(file => file.messages(6))
    .find(one => one.text(1) === service)
  if (found === undefined) throw new Error(`there is no service ${contract.name} in it`)
  const methods = new Map()
  for (const method of found.messages(2)) {
    const options = method.message(4)?.message(option)
    const named = name => (name === undefined ? undefined : messages.get(name))
    methods.set(options?.text(1) ?? method.text(1), {
      kind: options?.text(2),
      input: named(method.text(2)),
      output: named(method.text(3)),
      failure: named(options?.text(3)),
    })
  }
  return methods
}

/** What may be read as what: a string as bytes, a fixed32 (7) as a uint32, and each as itself. */
const readable = { string: [types.string], bytes: [types.bytes, types.string], uint32: [types.uint32, 7] }

/** The writer's numbers of one of our messages by name; what stands in the way goes to `differences`. */
const resolve = (path, name, theirs, differences) => {
  const ours = contract.messages[name]
  const differ = (at, mine, their, why) => differences.push({ path: at, ours: mine, theirs: their, why })
  if (theirs === undefined) {
    differ(path, name, 'nothing', 'there is no such message')
    return {}
  }
  if ((ours.value ?? false) !== theirs.value) differ(path, name, 'another shape', 'one stands for a value')
  const numbers = {}
  for (const [key, { type }] of Object.entries(ours.fields)) {
    const field = theirs.fields.get(key)
    if (field === undefined) differ(`${path}.${key}`, type, 'absent', 'it is always there')
    else if (field.repeated || !readable[type].includes(field.type))
      differ(`${path}.${key}`, type, 'another type', 'it is no such value')
    else if (!field.required) differ(`${path}.${key}`, type, 'optional', 'it may be absent')
    numbers[key] = field?.number
  }
  return numbers
}

const kindNumbers = { UNVERIFIED: 0, IDENTICAL: 1, COMPATIBLE: 2, MISMATCHED: 3, DISABLED: 4 }

/**
 * Judges what this end reads: requests where it serves, answers and failures where it uses.
 *
 * @param kind - `IDENTICAL`, `UNVERIFIED`, or undefined where the far end's descriptors are to be looked at
 * @returns for each method in one role: its kind of verdict, its differences, and the writer's numbers of each message
 */
export const judge = (serving, kind, set) => {
  const theirs = kind === undefined ? readSet(set) : undefined
  return contract.methods.flatMap(method => {
    const { name, input, output, failure } = method
    const reads = serving ? { input } : { output, ...(failure === undefined ? {} : { failure }) }
    if (method.kind === 'event') delete reads.output
    const own = () => Object.fromEntries(Object.entries(reads).map(([role, one]) => [role, ownNumbers(one)]))
    if (theirs === undefined) return [{ name, serving, kind, differences: [], numbers: own() }]
    const far = theirs.get(name)
    const differences = []
    if (far === undefined) {
      differences.push({ path: name, ours: method.kind, theirs: 'nothing', why: 'there is no such method' })
      return [{ name, serving, kind: 'MISMATCHED', differences, numbers: {} }]
    }
    if (far.failure === undefined) delete reads.failure
    else if (!serving && failure === undefined) {
      differences.push({ path: name, ours: 'nothing', theirs: 'a failure', why: 'nobody here knows it' })
    }
    if (far.kind !== method.kind)
      differences.push({ path: name, ours: method.kind, theirs: far.kind ?? '', why: 'kinds' })
    const numbers = Object.fromEntries(
      Object.entries(reads).map(([role, one]) => [role, resolve(`${name}.${role}`, one, far[role], differences)]),
    )
    return [{ name, serving, kind: differences.length === 0 ? 'COMPATIBLE' : 'MISMATCHED', differences, numbers }]
  })
}

/** The body of a `Verdicts`. */
export const verdictsOf = verdicts =>
  message(
    ...verdicts.map(({ name, serving, kind, differences }) =>
      bytes(
        1,
        message(
          text(1, contract.name),
          text(2, name),
          number(3, kindNumbers[kind]),
          ...differences.map(({ path, ours, theirs, why }) =>
            bytes(4, message(text(1, path), text(2, ours), text(3, theirs), text(4, why))),
          ),
          number(6, serving),
        ),
      ),
    ),
  )

/** The methods that the far end found mismatched: those it serves, and those it uses. */
export const mismatchedIn = body => {
  const found = { serving: new Set(), using: new Set() }
  for (const one of new Message(body).messages(1)) {
    if (one.text(1) !== contract.name || one.uint(3) !== kindNumbers.MISMATCHED) continue
    found[one.bool(6) ? 'serving' : 'using'].add(one.text(2))
  }
  return found
}
