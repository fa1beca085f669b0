/**
 * The contract that this peer serves and uses, by hand, and how its values become messages: proto/SCHEMAS.md.
 *
 * Its numbers are not those that sluice would give: each reader resolves the writer's numbers by name.
 */
import { Malformed, Message, bytes, message, number, text } from './protobuf.mjs'

const encoder = { string: text, bytes, uint32: number }

/** A message that stands for one value. */
const value = type => ({ value: true, fields: { value: { number: 1, type } } })

export const contract = {
  name: 'sluice.conformance.Peer',
  messages: {
    Bytes: value('bytes'),
    Text: value('string'),
    Nothing: { fields: {} },
    Production: {
      fields: {
        end: { number: 1, type: 'string' },
        size: { number: 2, type: 'uint32' },
        items: { number: 5, type: 'uint32' },
      },
    },
    Totals: { fields: { bytes: { number: 4, type: 'uint32' }, items: { number: 9, type: 'uint32' } } },
    Trouble: { fields: { why: { number: 2, type: 'string' } } },
  },
  methods: [
    { name: 'echo', kind: 'request', input: 'Bytes', output: 'Bytes' },
    { name: 'ask', kind: 'request', input: 'Text', output: 'Text', failure: 'Trouble' },
    { name: 'unserved', kind: 'request', input: 'Text', output: 'Text' },
    { name: 'count', kind: 'stream', input: 'Production', output: 'Bytes', failure: 'Trouble' },
    { name: 'sum', kind: 'upload', input: 'Bytes', output: 'Totals' },
    { name: 'idle', kind: 'upload', input: 'Bytes', output: 'Text' },
    { name: 'early', kind: 'upload', input: 'Bytes', output: 'Text' },
    { name: 'chat', kind: 'channel', input: 'Bytes', output: 'Bytes' },
    { name: 'note', kind: 'event', input: 'Text', output: 'Nothing' },
    { name: 'notes', kind: 'request', input: 'Text', output: 'Text' },
    { name: 'back', kind: 'request', input: 'Text', output: 'Text' },
  ],
}

/** The numbers under which this end writes the fields of a message, by their names. */
export const ownNumbers = name =>
  Object.fromEntries(Object.entries(contract.messages[name].fields).map(([key, field]) => [key, field.number]))

/** A record of values as a message of this contract. */
export const encode = (name, record) =>
  message(
    ...Object.entries(contract.messages[name].fields).map(([key, { number: at, type }]) =>
      encoder[type](at, record[key]),
    ),
  )

/** A message as a record of values; `numbers` are the writer's. Fails where one is missing. */
export const decode = (name, numbers, from) => {
  const read = new Message(from)
  const record = {}
  for (const [key, { type }] of Object.entries(contract.messages[name].fields)) {
    const at = numbers[key]
    const found = type === 'uint32' ? read.uint(at) : type === 'string' ? read.text(at) : read.bytes(at)
    if (found === undefined) throw new Malformed(`${key} is missing`)
    record[key] = found
  }
  return record
}
