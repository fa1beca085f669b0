import { promotion } from './scalar.js'
import { absentOf, sourceOf, takeLiteral } from './take.js'
import { isRecord, type Type, type UnionType } from './type.js'

interface Pair {
  readonly reader: Type
  readonly writer: Type
  holds: boolean
  queued: boolean
  readonly askedBy: Pair[]
}

/** How many pairs of types one comparison looks at: a far end's descriptor must not make it endless. */
const maxPairs = 200_000

/** Raised when two schemas are too large to compare. */
export class TooManyPairs extends Error {}

/**
 * Whether every value of a writer's type can be read as a value of a reader's type, by names.
 *
 * Recursive types are taken to fit until something in them does not (the greatest fixed point), which ends because there
 * are only so many pairs.
 */
export class Fit {
  readonly #pairs = new Map<Type, Map<Type, Pair>>()
  readonly #queue: Pair[] = []
  #count = 0

  /** True when nothing of the writer's is unreadable. */
  fits(reader: Type, writer: Type): boolean {
    const pair = this.#pair(reader, writer)
    this.#settle()
    return pair.holds
  }

  /** The member of a reader's union that takes what the writer wrote best. */
  member(reader: UnionType, writer: Type, name?: string): Type | undefined {
    let best: Type | undefined
    let bestLoss = Infinity
    for (const member of reader.body.members) {
      if (member.type === writer) return member.type
      if (!this.fits(member.type, writer)) continue
      // a name that was given counts for more than how much is kept
      const named = name !== undefined && member.name === name && !/^(record|tuple|array|dict|unknown)\d*$/.test(name)
      const loss = named ? -1 : lossOf(member.type, writer)
      if (loss < bestLoss) [best, bestLoss] = [member.type, loss]
    }
    return best
  }

  #pair(reader: Type, writer: Type): Pair {
    const row = this.#pairs.get(reader) ?? new Map<Type, Pair>()
    this.#pairs.set(reader, row)
    const known = row.get(writer)
    if (known !== undefined) return known
    this.#count += 1
    if (this.#count > maxPairs) throw new TooManyPairs(`more than ${maxPairs} pairs of types to compare`)
    const pair: Pair = { reader, writer, holds: true, queued: true, askedBy: [] }
    row.set(writer, pair)
    this.#queue.push(pair)
    return pair
  }

  #settle(): void {
    for (let pair = this.#queue.pop(); pair !== undefined; pair = this.#queue.pop()) {
      pair.queued = false
      if (!pair.holds || this.#evaluate(pair)) continue
      pair.holds = false
      for (const asker of pair.askedBy)
        if (!asker.queued && asker.holds) {
          asker.queued = true
          this.#queue.push(asker)
        }
    }
  }

  #evaluate(pair: Pair): boolean {
    const { reader, writer } = pair
    if (reader === writer) return true
    const ask = (r: Type, w: Type): boolean => {
      if (r === w) return true
      const inner = this.#pair(r, w)
      // one that fails no more asks no more
      if (inner.holds) inner.askedBy.push(pair)
      return inner.holds
    }
    if (writer.kind === 'union')
      return writer.body.members.every(member => ask(reader, member.type) || fallsBack(reader))
    if (writer.kind === 'enum')
      return writer.body.values.every(({ literal }) => takeLiteral(reader, literal) !== undefined || fallsBack(reader))
    switch (reader.kind) {
      case 'union':
        // every candidate is asked, so that the choice can be made among all that fit
        return reader.body.members.filter(member => ask(member.type, writer)).length > 0
      case 'unknown':
        return true
      case 'scalar':
        return writer.kind === 'scalar' && promotion(reader.scalar, writer.scalar) !== undefined
      case 'array':
        return writer.kind === 'array' && ask(reader.body.item, writer.body.item)
      case 'dict':
        return writer.kind === 'dict' && ask(reader.body.value, writer.body.value)
      case 'record':
      case 'tuple': {
        if (!isRecord(writer) || writer.kind !== reader.kind) return false
        return reader.body.fields.every(field => {
          const source = sourceOf(field, writer.body.fields)
          if (source === undefined) return absentOf(field).is !== 'missing'
          if (!source.required && source.implicit !== true && absentOf(field).is === 'missing') return false
          return ask(field.type, source.type)
        })
      }
      case 'enum':
        return false
    }
  }
}

const fallsBack = (reader: Type): boolean =>
  (reader.kind === 'union' || reader.kind === 'enum') && reader.fallback !== undefined

// how much of the writer's value the reader would not see, or would make up
const lossOf = (reader: Type, writer: Type): number => {
  if (reader.kind === 'unknown') return 1_000_000
  if (writer.kind === 'union') return reader.kind === 'union' ? 0 : 1
  if (reader.kind === 'scalar' && writer.kind === 'scalar') return reader.scalar === writer.scalar ? 0 : 1
  if (!isRecord(reader) || !isRecord(writer)) return 0
  const made = reader.body.fields.filter(field => sourceOf(field, writer.body.fields) === undefined).length
  const read = reader.body.fields.length - made
  return made + 1_000 * (writer.body.fields.length - read)
}
