import { endMessage } from './bytes-of.js'
import type { WriteFunction } from './encode-closure.js'
import { wrapNumbers } from './encode-closure.js'
import { maxDepth, mismatch, tooDeep } from './mismatch.js'
import { dispatchOf, pickMember, type Dispatch } from './pick-member.js'
import { open, putString, putters, putUnsigned } from './put.js'
import { printNumber, Source } from './source.js'
import { encodeSteps } from './steps.js'
import {
  isMessage,
  isPacked,
  isRecord,
  layoutOf,
  tagOf,
  takesUndefined,
  type Body,
  type EnumBody,
  type Field,
  type Type,
} from './type.js'
import { writeUnknown } from './unknown-value.js'
import { isInherited } from './values.js'

/** Generates the encoder of a value that is a message of its own. */
export const generateEncoder = (type: Type): WriteFunction => {
  const generator = new EncoderSource()
  return generator.make(type)
}

class EncoderSource {
  readonly #source = new Source()
  readonly #bodies = new Map<Body, string>()
  readonly #wraps = new Map<Type, string>()

  make(type: Type): WriteFunction {
    const entry = this.#source.fresh('e')
    this.#source.add(`function ${entry}(v, w, d) { ${this.#message(type, 'v', 'd')} }`)
    return this.#source.make(entry) as WriteFunction
  }

  #bind(value: unknown): string {
    return this.#source.bind(value)
  }

  get #fail(): string {
    return `throw ${this.#bind(mismatch)}`
  }

  // statements that write the fields of a value's message
  #message(type: Type, value: string, depth: string): string {
    if (!isRecord(type))
      return type.kind === 'unknown' ? this.#unknownOrWrap(type, value, depth) : this.#wrap(type, value, depth)
    return this.#stepped(type, value, plain => `${this.#body(type)}(${plain}, w, ${depth});`)
  }

  #unknownOrWrap(type: Type, value: string, depth: string): string {
    // by itself it is wrapped in a field, see topLevel
    return this.#slot(type, [1], true, value, depth)
  }

  #stepped(type: Type, value: string, write: (plain: string) => string): string {
    const { before, after } = encodeSteps(type.steps)
    if (before === undefined && after === undefined) return write(value)
    const plain = before === undefined ? value : this.#source.fresh('x')
    const head = before === undefined ? '' : `const ${plain} = ${this.#bind(before)}(${value});`
    const tail = after === undefined ? '' : `${this.#bind(after)}(${plain});`
    return `${head}${write(plain)}${tail}`
  }

  #body(type: Type & { readonly kind: 'record' | 'tuple' }): string {
    const known = this.#bodies.get(type.body)
    if (known !== undefined) return known
    const name = this.#source.fresh('e')
    this.#bodies.set(type.body, name)
    const { fields } = type.body
    const isTuple = type.kind === 'tuple'
    const guard = isTuple
      ? `if (!Array.isArray(v) || v.length !== ${printNumber(fields.length)}) ${this.#fail};`
      : `if (typeof v !== 'object' || v === null || Array.isArray(v)) ${this.#fail};`
    const lines = fields.map(field => this.#field(field, isTuple))
    this.#source.add(`function ${name}(v, w, d) { ${this.#tooDeep()} ${guard} ${lines.join('\n')} }`)
    return name
  }

  #tooDeep(): string {
    return `if (d > ${printNumber(maxDepth)}) throw ${this.#bind(tooDeep)};`
  }

  #field(field: Field, isTuple: boolean): string {
    const { key, required, type, numbers } = field
    const x = this.#source.fresh('x')
    const text = JSON.stringify(key)
    const own = `Object.hasOwn(v, ${text})`
    const access = isTuple
      ? `v[${printNumber(Number(key))}]`
      : isInherited(key)
        ? `${own} ? v[${text}] : undefined`
        : `v[${text}]`
    const write = this.#slot(type, numbers, required, x, 'd')
    const undefinable = takesUndefined(type)
    if (required && (!undefinable || isTuple)) return `const ${x} = ${access}; ${write}`
    if (!undefinable) return `const ${x} = ${access}; if (${x} !== undefined) { ${write} }`
    if (required) return `const ${x} = ${access}; if (${x} === undefined && !${own}) ${this.#fail}; ${write}`
    return `const ${x} = ${access}; if (${x} !== undefined || ${own}) { ${write} }`
  }

  #slot(type: Type, numbers: readonly number[], required: boolean, value: string, depth: string): string {
    const at = (index: number): number => numbers[index] as number
    switch (layoutOf(type, required)) {
      case 'oneof':
        return this.#stepped(type, value, plain =>
          this.#oneof(type as Extract<Type, { kind: 'union' }>, numbers, plain, depth),
        )
      case 'repeated':
        return this.#stepped(type, value, plain =>
          this.#repeated(type as Extract<Type, { kind: 'array' }>, at(0), plain, depth),
        )
      case 'map':
        return this.#stepped(type, value, plain =>
          this.#map(type as Extract<Type, { kind: 'dict' }>, at(0), plain, depth),
        )
      case 'constant': {
        const literal = type.kind === 'enum' ? type.body.values[0]?.literal : undefined
        return this.#stepped(type, value, plain => `if (${plain} !== ${this.#bind(literal)}) ${this.#fail};`)
      }
      case 'single':
        return this.#item(type, tagOf(at(0), type), value, depth)
    }
  }

  #item(type: Type, tag: number, value: string, depth: string): string {
    if (isMessage(type)) {
      const start = this.#source.fresh('s')
      const inner =
        type.kind === 'unknown'
          ? this.#stepped(type, value, plain => `${this.#bind(writeUnknown)}(${plain}, w, ${depth} + 1);`)
          : this.#message(type, value, `${depth} + 1`)
      return `const ${start} = ${this.#bind(open)}(w, ${printNumber(tag)}); ${inner} ${this.#bind(endMessage)}(w, ${start});`
    }
    return this.#stepped(type, value, plain => {
      if (type.kind === 'scalar') return `${this.#bind(putters[type.scalar])}(w, ${printNumber(tag)}, ${plain});`
      return this.#enum(type.body, tag, plain)
    })
  }

  #enum(body: EnumBody, tag: number, value: string): string {
    const put = this.#bind(putUnsigned)
    const cases = body.values.map(
      ({ literal, number }) =>
        `case ${this.#bind(literal)}: ${put}(w, ${printNumber(tag)}, ${printNumber(number)}); break;`,
    )
    return `switch (${value}) { ${cases.join(' ')} default: ${this.#fail}; }`
  }

  #oneof(type: Extract<Type, { kind: 'union' }>, numbers: readonly number[], value: string, depth: string): string {
    const dispatch = dispatchOf(type)
    const write = (index: number): string => {
      const member = type.body.members[index]
      if (member === undefined) return `${this.#fail};`
      return `{ ${this.#item(member.type, tagOf(numbers[index] as number, member.type), value, depth)} }`
    }
    if (dispatch.byKind === undefined) return this.#weighed(type, write, value)
    return this.#told(type, dispatch, write, value)
  }

  // by literal, by kind of value, by tag: what dispatchOf has found
  #told(
    type: Extract<Type, { kind: 'union' }>,
    dispatch: Dispatch,
    write: (index: number) => string,
    value: string,
  ): string {
    const { literals, byKind, byTag } = dispatch
    const branches: string[] = []
    if (literals !== undefined)
      branches.push(
        literals.values.size <= 3
          ? `if (${[...literals.values].map(literal => `${value} === ${this.#bind(literal)}`).join(' || ')}) ${write(literals.index)}`
          : `if (${this.#bind(literals.values)}.has(${value})) ${write(literals.index)}`,
      )
    const told = new Set([literals?.index, ...(byKind?.values() ?? []), ...(byTag?.members.values() ?? [])])
    for (const [kind, index] of byKind ?? []) {
      if (kind === 'bytes') continue
      branches.push(`if (${kindTest(kind, value)}) ${write(index)}`)
    }
    if (byTag !== undefined) {
      const tags = [...byTag.members].map(([literal, index]) => `case ${this.#bind(literal)}: ${write(index)} break;`)
      branches.push(
        `if (${kindTest('object', value)}) switch (${value}[${JSON.stringify(byTag.key)}]) { ${tags.join(' ')} default: ${this.#fail}; }`,
      )
    }
    const rest = type.body.members.some((_, index) => !told.has(index))
      ? this.#weighed(type, write, value)
      : `${this.#fail};`
    return branches.length === 0 ? rest : `${branches.join(' else ')} else { ${rest} }`
  }

  #weighed(type: Extract<Type, { kind: 'union' }>, write: (index: number) => string, value: string): string {
    const cases = type.body.members.map((_, index) => `case ${printNumber(index)}: ${write(index)} break;`)
    return `switch (${this.#bind(pickMember(type))}(${value})) { ${cases.join(' ')} default: ${this.#fail}; }`
  }

  #repeated(type: Extract<Type, { kind: 'array' }>, number: number, value: string, depth: string): string {
    const { item } = type.body
    const i = this.#source.fresh('i')
    const x = this.#source.fresh('x')
    const packed = isPacked(item)
    const each = this.#item(item, packed ? 0 : tagOf(number, item), x, depth)
    const loop = `for (let ${i} = 0; ${i} < ${value}.length; ${i}++) { const ${x} = ${value}[${i}]; ${each} }`
    const guard = `if (!Array.isArray(${value})) ${this.#fail};`
    if (!packed) return `${guard} ${loop}`
    const start = this.#source.fresh('s')
    const tag = printNumber(((number << 3) | 2) >>> 0)
    return `${guard} if (${value}.length > 0) { const ${start} = ${this.#bind(open)}(w, ${tag}); ${loop} ${this.#bind(endMessage)}(w, ${start}); }`
  }

  #map(type: Extract<Type, { kind: 'dict' }>, number: number, value: string, depth: string): string {
    const { value: inner, holdsKey } = type.body
    const [key, start, x] = [this.#source.fresh('k'), this.#source.fresh('s'), this.#source.fresh('x')]
    const skip = holdsKey === undefined ? '' : `if (!${this.#bind(holdsKey)}(${key})) continue;`
    return (
      `if (typeof ${value} !== 'object' || ${value} === null || Array.isArray(${value})) ${this.#fail};` +
      `for (const ${key} of Object.keys(${value})) { ${skip}` +
      `const ${start} = ${this.#bind(open)}(w, ${printNumber(((number << 3) | 2) >>> 0)});` +
      `${this.#bind(putString)}(w, 10, ${key}); const ${x} = ${value}[${key}];` +
      `${this.#item(inner, tagOf(2, inner), x, depth)} ${this.#bind(endMessage)}(w, ${start}); }`
    )
  }

  // a message around what cannot be a field, or a message, by itself
  #wrap(type: Type, value: string, depth: string): string {
    let name = this.#wraps.get(type)
    if (name === undefined) {
      name = this.#source.fresh('e')
      this.#wraps.set(type, name)
      const write = this.#slot(type, wrapNumbers(type), true, 'v', 'd')
      this.#source.add(`function ${name}(v, w, d) { ${this.#tooDeep()} ${write} }`)
    }
    return `${name}(${value}, w, ${depth});`
  }
}

const kindTest = (kind: string, value: string): string => {
  switch (kind) {
    case 'array':
      return `Array.isArray(${value})`
    case 'object':
      return `typeof ${value} === 'object' && ${value} !== null && !Array.isArray(${value})`
    default:
      return `typeof ${value} === '${kind}'`
  }
}
