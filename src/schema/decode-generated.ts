import { readBytes } from './bytes-of.js'
import { converters, type ReadFunction } from './decode-closure.js'
import { getDouble, getString, getters } from './get.js'
import { maxDepth, mismatch, tooDeep } from './mismatch.js'
import type { Absent, Read, ReadCase, ReadMessage, ReadSlot } from './plan.js'
import { printNumber, Source } from './source.js'
import { decodeSteps } from './steps.js'
import type { StepType } from './type.js'
import { readUnknown, setOwn } from './unknown-value.js'

const absentMark: unique symbol = Symbol('absent')

/** Generates the decoder of a message with the steps of what it holds. */
export const generateDecoder = (message: ReadMessage, steps: readonly StepType[]): ReadFunction =>
  new DecoderSource().make(message, steps)

/**
 * What a generated decoder keeps in local names: `b` the buffer, `p` the position, `n` the end of this message, `d` the
 * depth. The reader's own position is brought up to date before anything else reads.
 */
class DecoderSource {
  readonly #source = new Source()
  readonly #messages = new Map<ReadMessage, string>()

  make(message: ReadMessage, steps: readonly StepType[]): ReadFunction {
    const entry = this.#source.fresh('m')
    const call = `${this.#message(message)}(r, d)`
    this.#source.add(`function ${entry}(r, d) { return ${this.#stepped(steps, call)} }`)
    return this.#source.make(entry) as ReadFunction
  }

  #bind(value: unknown): string {
    return this.#source.bind(value)
  }

  get #fail(): string {
    return `throw ${this.#bind(mismatch)}`
  }

  #stepped(steps: readonly StepType[], value: string): string {
    const run = decodeSteps(steps)
    return run === undefined ? value : `${this.#bind(run)}(${value})`
  }

  #message(plan: ReadMessage): string {
    const known = this.#messages.get(plan)
    if (known !== undefined) return known
    const name = this.#source.fresh('m')
    this.#messages.set(plan, name)
    const slots = plan.slots.map(slot => ({ slot, name: this.#source.fresh('s') }))
    const initial = slots.map(({ slot, name: s }) => `let ${s} = ${this.#initial(slot)};`)
    const cases = slots.flatMap(({ slot, name: s }) => this.#cases(slot, s))
    const settle = slots.map(({ slot, name: s }) => this.#settle(slot, s))
    this.#source.add(
      `function ${name}(r, d) {
        if (d > ${printNumber(maxDepth)}) throw ${this.#bind(tooDeep)};
        const b = r.buf, n = r.len; let p = r.pos, t = 0, l = 0;
        ${initial.join(' ')}
        while (p < n) {
          t = b[p++]; if (t > 127) { r.pos = p - 1; t = r.uint32(); p = r.pos; }
          switch (t) {
            ${cases.join('\n')}
            default: r.pos = p; r.skipType(t & 7, 0, t >>> 3); p = r.pos;
          }
        }
        if (p !== n) ${this.#fail};
        r.pos = p;
        ${settle.join('\n')}
        ${this.#build(
          plan,
          slots.map(({ name: s }) => s),
        )}
      }`,
    )
    return name
  }

  #initial(slot: ReadSlot): string {
    if (slot.layout === 'repeated') return '[]'
    if (slot.layout === 'map') return '{}'
    return this.#bind(absentMark)
  }

  #cases(slot: ReadSlot, s: string): readonly string[] {
    switch (slot.layout) {
      case 'repeated':
        return slot.cases.flatMap(each => this.#repeated(each, s))
      case 'map':
        return slot.cases.map(each => this.#entry(each, slot, s))
      default:
        return slot.cases.map(each => `case ${tag(each)}: { ${this.#item(each.read, s)} break; }`)
    }
  }

  #repeated(each: ReadCase, list: string): readonly string[] {
    const x = this.#source.fresh('x')
    const one = `case ${tag(each)}: { let ${x}; ${this.#item(each.read, x)} ${list}.push(${x}); break; }`
    if (each.wire === 2) return [one]
    const packed = printNumber(((each.number << 3) | 2) >>> 0)
    const run = this.#within(
      '',
      `while (p < q) { let ${x}; ${this.#item(each.read, x)} ${list}.push(${x}); } if (p !== q) ${this.#fail};`,
    )
    return [one, `case ${packed}: { ${run} break; }`]
  }

  // a length, and statements that read so far and no further
  #within(before: string, read: string): string {
    return `${this.#length()} const q = p + l; if (!(q <= n)) ${this.#fail}; ${before} r.len = q; ${read} r.len = n;`
  }

  #length(): string {
    return 'l = b[p++]; if (l > 127) { r.pos = p - 1; l = r.uint32(); p = r.pos; }'
  }

  #entry(each: ReadCase, slot: ReadSlot, map: string): string {
    const [key, x, zero] = [this.#source.fresh('k'), this.#source.fresh('x'), this.#source.fresh('z')]
    const absent = this.#bind(absentMark)
    // protobuf may leave out a value that is zero: then eight zero bytes are read in its place
    const valueTag = printNumber(16 | each.wire)
    this.#source.add(
      `function ${zero}(r, d) { const b = r.buf, n = r.len; let p = r.pos, l = 0, ${x}; ${this.#item(each.read, x)} return ${x}; }`,
    )
    const skip = 'r.pos = p; r.skipType(t & 7, 0, t >>> 3); p = r.pos;'
    const put = `${this.#bind(setOwn)}(${map}, ${key}, ${x} === ${absent} ? ${this.#bind(readZero)}(r, ${zero}, d) : ${x});`
    const guarded = slot.holdsKey === undefined ? put : `if (${this.#bind(slot.holdsKey)}(${key})) { ${put} }`
    return `case ${printNumber(((each.number << 3) | 2) >>> 0)}: { let ${key} = '', ${x} = ${absent};
      ${this.#length()} const n0 = n, q = p + l; if (!(q <= n)) ${this.#fail};
      { const n = q; r.len = q;
        while (p < q) {
          t = b[p++]; if (t > 127) { r.pos = p - 1; t = r.uint32(); p = r.pos; }
          if (t === 10) { r.pos = p; ${key} = ${this.#bind(getString)}(r); p = r.pos; }
          else if (t === ${valueTag}) { ${this.#item(each.read, x)} }
          else { ${skip} }
        }
        if (p !== q) ${this.#fail};
      }
      r.len = n0; ${guarded} break; }`
  }

  #settle(slot: ReadSlot, s: string): string {
    if (slot.layout === 'repeated' || slot.layout === 'map') {
      const run = decodeSteps(slot.steps)
      return run === undefined ? '' : `${s} = ${this.#bind(run)}(${s});`
    }
    return this.#absent(slot.absent, s)
  }

  #absent(absent: Absent, s: string): string {
    const isAbsent = `if (${s} === ${this.#bind(absentMark)})`
    switch (absent.is) {
      case 'missing':
        return `${isAbsent} ${this.#fail};`
      case 'omitted':
        return ''
      case 'value':
        return `${isAbsent} ${s} = ${this.#stepped(absent.steps, this.#bind(absent.value))};`
    }
  }

  #build(plan: ReadMessage, slots: readonly string[]): string {
    if (plan.shape === 'value') return `return ${slots[0] ?? 'undefined'};`
    const values = plan.props.map(prop => {
      if (prop.slot !== -1) return { ...prop, value: slots[prop.slot] ?? 'undefined' }
      if (prop.absent.is !== 'value') return { ...prop, value: prop.absent.is === 'missing' ? '' : undefined }
      return { ...prop, value: this.#stepped(prop.absent.steps, this.#bind(prop.absent.value)) }
    })
    if (values.some(({ value }) => value === '')) return `${this.#fail};`
    if (plan.shape === 'tuple') return `return [${values.map(({ value }) => value ?? 'undefined').join(', ')}];`
    const optional = (prop: (typeof values)[number]): boolean =>
      plan.foreign || (prop.slot !== -1 && prop.absent.is === 'omitted' && isSingle(plan.slots[prop.slot]))
    const always = values.filter(prop => prop.value !== undefined && !optional(prop))
    const sometimes = values.filter(prop => prop.value !== undefined && optional(prop))
    const literal = always.map(({ key, value }) => `${keyText(key)}: ${value}`).join(', ')
    if (sometimes.length === 0) return `return { ${literal} };`
    const o = this.#source.fresh('o')
    const sets = sometimes.map(({ key, value }) => {
      const isThere = `if (${value} !== ${this.#bind(absentMark)})`
      return plan.foreign || key === '__proto__'
        ? `${isThere} ${this.#bind(setOwn)}(${o}, ${this.#bind(key)}, ${value});`
        : `${isThere} ${o}[${JSON.stringify(key)}] = ${value};`
    })
    return `const ${o} = { ${literal} }; ${sets.join(' ')} return ${o};`
  }

  // statements that read one value behind its tag into a name
  #item(read: Read, x: string): string {
    switch (read.op) {
      case 'scalar':
        return this.#scalar(read, x)
      case 'enum': {
        const number = this.#source.fresh('v')
        const cases = [...read.values].map(
          ([value, { value: literal, steps }]) =>
            `case ${value < 0 ? `-${printNumber(-value)}` : printNumber(value)}: ${x} = ${this.#stepped(steps, this.#bind(literal))}; break;`,
        )
        const other = read.fallback === undefined ? `${this.#fail};` : `${x} = ${this.#bind(read.fallback.value)};`
        return (
          `let ${number} = b[p++]; if (${number} > 127) { r.pos = p - 1; ${number} = r.int32(); p = r.pos; }` +
          `switch (${number}) { ${cases.join(' ')} default: ${other} }`
        )
      }
      case 'message': {
        const call = this.#stepped(read.steps, `${this.#message(read.message)}(r, d + 1)`)
        return `{ ${this.#within('r.pos = p;', `${x} = ${call}; p = q;`)} }`
      }
      case 'unknown': {
        const call = this.#stepped(read.steps, `${this.#bind(readUnknown)}(r, d + 1)`)
        return `{ ${this.#within('r.pos = p;', `${x} = ${call}; if (r.pos !== q) ${this.#fail}; p = q;`)} }`
      }
      case 'fallback':
        return `r.pos = p; r.skipType(${printNumber(read.wire)}, 0); p = r.pos; ${x} = ${this.#bind(read.fallback.value)};`
    }
  }

  #scalar(read: Extract<Read, { op: 'scalar' }>, x: string): string {
    const convert = converters[read.convert]
    const finish = (value: string): string =>
      this.#stepped(read.steps, convert === undefined ? value : `${this.#bind(convert)}(${value})`)
    const through = (get: unknown): string => `r.pos = p; ${x} = ${finish(`${this.#bind(get)}(r)`)}; p = r.pos;`
    switch (read.scalar) {
      case 'string':
        return through(getString)
      case 'double':
        return through(getDouble)
      case 'bytes':
        return through(readBytes)
      case 'bool': {
        const v = this.#source.fresh('v')
        return `let ${v} = b[p++]; if (${v} > 127) { r.pos = p - 1; ${v} = r.bool(); p = r.pos; } else ${v} = ${v} !== 0; ${x} = ${finish(v)};`
      }
      case 'int32':
      case 'uint32': {
        const v = this.#source.fresh('v')
        return `let ${v} = b[p++]; if (${v} > 127) { r.pos = p - 1; ${v} = r.${read.scalar}(); p = r.pos; } ${x} = ${finish(v)};`
      }
      default:
        return through(getters[read.scalar])
    }
  }
}

const isSingle = (slot: ReadSlot | undefined): boolean => slot?.layout === 'single' || slot?.layout === 'constant'

const tag = (each: ReadCase): string => printNumber(((each.number << 3) | each.wire) >>> 0)

// `__proto__: x` in an object literal would set the prototype
const keyText = (key: string): string => (key === '__proto__' ? '["__proto__"]' : JSON.stringify(key))

interface Position {
  buf: Uint8Array
  pos: number
  len: number
}

/** Reads a value from eight zero bytes, which hold every scalar's zero and an empty message. */
const readZero = (reader: Position, read: (reader: Position, depth: number) => unknown, depth: number): unknown => {
  const { buf, pos, len } = reader
  reader.buf = new Uint8Array(8)
  reader.pos = 0
  reader.len = 8
  try {
    return read(reader, depth)
  } finally {
    reader.buf = buf
    reader.pos = pos
    reader.len = len
  }
}
