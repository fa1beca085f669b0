import type { Literal, Type } from './type.js'

/** A type in a few words, for a report. */
export const printType = (type: Type): string => {
  switch (type.kind) {
    case 'scalar':
      return type.scalar
    case 'enum':
      return shorten(type.body.values.map(({ literal }) => printLiteral(literal)))
    case 'record':
      return type.body.hint === '' ? 'record' : type.body.hint
    case 'tuple':
      return `tuple of ${type.body.fields.length}`
    case 'array':
      return `array of ${shallow(type.body.item)}`
    case 'dict':
      return `map of ${shallow(type.body.value)}`
    case 'union':
      return shorten(
        type.body.members.map(member => (member.type.kind === 'enum' ? printType(member.type) : member.name)),
      )
    case 'unknown':
      return 'unknown'
  }
}

const shallow = (type: Type): string =>
  type.kind === 'array' ? 'arrays' : type.kind === 'dict' ? 'maps' : printType(type)

const shorten = (names: readonly string[]): string =>
  names.length > 6 ? `${names.slice(0, 5).join(' | ')} | ${names.length - 5} more` : names.join(' | ')

/** A literal as one would write it. */
export const printLiteral = (literal: Literal): string =>
  literal === undefined ? 'undefined' : JSON.stringify(literal)
