import {
  emptyMessage,
  noWords,
  plainField,
  type FieldDescriptor,
  type FieldTypeName,
  type FileDescriptor,
  type MessageDescriptor,
} from './descriptor.js'

/** The file that defines `sluice.v1.Value`. */
export const valueFileName = 'sluice/v1/value.proto'

/** The full name of the message that carries whatever is data. */
export const valueTypeName = '.sluice.v1.Value'

const field = (
  name: string,
  number: number,
  type: FieldTypeName,
  more: Partial<FieldDescriptor> = {},
): FieldDescriptor => ({ ...plainField, name, number, type, ...more })

const message = (
  name: string,
  fields: readonly FieldDescriptor[],
  more: Partial<MessageDescriptor> = {},
): MessageDescriptor => ({ ...emptyMessage(name), fields, ...more })

const unit = { typeName: '.sluice.v1.Value.Unit', oneof: 0 }

/** `sluice/v1/value.proto`, see {@link writeUnknown}. */
export const valueFile: FileDescriptor = {
  name: valueFileName,
  package: 'sluice.v1',
  dependencies: [],
  messages: [
    message(
      'Value',
      [
        field('null', 1, 'enum', unit),
        field('undefined', 2, 'enum', unit),
        field('bool', 3, 'bool', { oneof: 0 }),
        field('number', 4, 'double', { oneof: 0 }),
        field('string', 5, 'string', { oneof: 0 }),
        field('bytes', 6, 'bytes', { oneof: 0 }),
        field('bigint', 7, 'bytes', { oneof: 0 }),
        field('list', 8, 'message', { typeName: '.sluice.v1.Value.List', oneof: 0 }),
        field('object', 9, 'message', { typeName: '.sluice.v1.Value.Object', oneof: 0 }),
      ],
      {
        oneofs: [{ name: 'kind', words: noWords }],
        enums: [{ name: 'Unit', values: [{ name: 'UNIT', number: 0, literal: '' }] }],
        nested: [
          message('List', [field('items', 1, 'message', { repeated: true, typeName: valueTypeName })]),
          message(
            'Object',
            [field('entries', 1, 'message', { repeated: true, typeName: '.sluice.v1.Value.Object.EntriesEntry' })],
            {
              nested: [
                message(
                  'EntriesEntry',
                  [field('key', 1, 'string'), field('value', 2, 'message', { typeName: valueTypeName })],
                  { mapEntry: true },
                ),
              ],
            },
          ),
        ],
      },
    ),
  ],
  enums: [],
  services: [],
  syntax: 'proto3',
}
