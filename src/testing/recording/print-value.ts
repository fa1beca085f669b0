const indent = '  '

/** Longest source that stands on one line. */
const lineLength = 90

const isIdentifier = (key: string): boolean => /^[A-Za-z_$][\w$]*$/.test(key)

const escaped = (char: string): string => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`

const printText = (text: string): string => {
  const first = text[0]
  // a text that was made for its length
  if (first !== undefined && text.length > 60 && text === first.repeat(text.length))
    return `${printText(first)}.repeat(${text.length})`
  const plain = JSON.stringify(text).replace(/[\u2028\u2029\u007f-\u009f\ufeff]/g, escaped)
  // as a formatter has it: single quotes, unless that takes more escapes
  if (text.includes("'") && !text.includes('"')) return plain
  return `'${plain.slice(1, -1).replace(/\\"/g, '"').replace(/'/g, "\\'")}'`
}

const printBytes = (bytes: Uint8Array, pad: string): string => {
  const first = bytes[0]
  if (first === undefined) return 'new Uint8Array(0)'
  if (bytes.length > 32 && bytes.every(byte => byte === first)) return `new Uint8Array(${bytes.length}).fill(${first})`
  if (bytes.length <= 20) return `Uint8Array.of(${bytes.join(', ')})`
  let rows = ''
  for (let at = 0; at < bytes.length; at += 20) rows += `${pad}${indent}${bytes.subarray(at, at + 20).join(', ')},\n`
  return `Uint8Array.of(\n${rows}${pad})`
}

const printNumber = (value: number): string => (Object.is(value, -0) ? '-0' : String(value))

const printKey = (key: string): string => {
  // in a literal this name alone would set the prototype
  if (key === '__proto__') return "['__proto__']"
  return isIdentifier(key) ? key : printText(key)
}

const brackets = (open: string, parts: readonly string[], close: string, pad: string, room: string): string => {
  if (parts.length === 0) return `${open}${close}`
  const line = `${open}${room}${parts.join(', ')}${room}${close}`
  if (line.length + pad.length <= lineLength && !line.includes('\n')) return line
  const inner = parts.map(part => `${pad}${indent}${part},\n`).join('')
  return `${open}\n${inner}${pad}${close}`
}

/** A value as TypeScript source cannot be had: it is an instance of a class, a function or a symbol. */
export class Unprintable extends Error {}

/**
 * Prints a value as TypeScript source.
 *
 * Knows what codecs carry: primitives, plain objects, arrays, bytes, dates, maps and sets.
 *
 * @param pad - what stands before each further line
 * @throws {@link Unprintable}
 */
export const printValue = (value: unknown, pad = ''): string => {
  const next = pad + indent
  switch (typeof value) {
    case 'string':
      return printText(value)
    case 'number':
      return printNumber(value)
    case 'bigint':
      return `${value}n`
    case 'boolean':
    case 'undefined':
      return String(value)
    case 'object':
      break
    default:
      throw new Unprintable(`a ${typeof value} cannot be printed`)
  }
  if (value === null) return 'null'
  if (value instanceof Uint8Array) return printBytes(value, pad)
  if (Array.isArray(value)) {
    const items = (value as readonly unknown[]).map(item => printValue(item, next))
    return brackets('[', items, ']', pad, '')
  }
  if (value instanceof Date) return `new Date(${printText(value.toISOString())})`
  if (value instanceof Set || value instanceof Map) {
    const name = value instanceof Set ? 'Set' : 'Map'
    return value.size === 0 ? `new ${name}()` : `new ${name}(${printValue([...value], pad)})`
  }
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== null && prototype !== Object.prototype)
    throw new Unprintable('an instance of a class cannot be printed')
  const parts = Object.entries(value).map(([key, item]) => `${printKey(key)}: ${printValue(item, next)}`)
  return brackets('{', parts, '}', pad, ' ')
}

/** A value in one line, cut where it is long: for messages. */
export const showValue = (value: unknown): string => {
  let text: string
  try {
    text = printValue(value).replace(/\n\s*/g, ' ')
  } catch {
    text = String(value)
  }
  return text.length > 200 ? `${text.slice(0, 200)}...` : text
}

const isPlain = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

/** Whether what is in it are no properties. */
const isBoxed = (value: object): boolean => value instanceof Date || value instanceof Set || value instanceof Map

/** Whether two values of data are the same, whatever the order of their properties. */
export const sameValue = (a: unknown, b: unknown): boolean => {
  if (Object.is(a, b)) return true
  if (!isPlain(a) || !isPlain(b) || Array.isArray(a) !== Array.isArray(b)) return false
  if (isBoxed(a) || isBoxed(b)) return isBoxed(a) && isBoxed(b) && printValue(a) === printValue(b)
  const [keysA, keysB] = [Object.keys(a), Object.keys(b)]
  return keysA.length === keysB.length && keysA.every(key => Object.hasOwn(b, key) && sameValue(a[key], b[key]))
}
