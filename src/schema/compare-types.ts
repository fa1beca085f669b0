import type { Fit } from './fit.js'
import { printLiteral, printType } from './print-type.js'
import { promotion } from './scalar.js'
import { absentOf, sourceOf, takeLiteral } from './take.js'
import { isRecord, type Field, type Type } from './type.js'

/** One place where a reader cannot take what a writer writes. */
export interface Difference {
  /** from the compared value on, such as `order.bread`; empty for the value itself */
  readonly path: string
  readonly ours: string
  readonly theirs: string
  readonly why: string
}

/** What a comparison found. */
export interface Comparison {
  readonly differences: readonly Difference[]
  /** what is dropped, filled in or checked anew; in words */
  readonly notes: readonly string[]
}

/** How many differences, and how many notes, a comparison tells. */
const maxFindings = 100

/**
 * Every difference between a reader's type and a writer's, with its path, and what happens to what they do not share.
 */
export const compareTypes = (fit: Fit, reader: Type, writer: Type, root = ''): Comparison => {
  const differences: Difference[] = []
  const notes = new Set<string>()
  const seen = new Map<Type, Set<Type>>()

  const differ = (path: string, ours: Type, theirs: Type, why: string): void => {
    if (differences.length < maxFindings)
      differences.push({ path, ours: printType(ours), theirs: printType(theirs), why })
  }
  const note = (path: string, text: string): void => {
    if (notes.size < maxFindings) notes.add(`${path === '' ? 'the value' : path}: ${text}`)
  }

  const look = (ours: Type, theirs: Type, path: string): void => {
    if (ours === theirs || differences.length >= maxFindings) return
    const row = seen.get(ours) ?? new Set<Type>()
    seen.set(ours, row)
    if (row.has(theirs)) return
    row.add(theirs)
    noteChecks(ours, theirs, path)
    const fallsBack = (ours.kind === 'union' || ours.kind === 'enum') && ours.fallback !== undefined
    if (theirs.kind === 'enum') {
      const lost = theirs.body.values.filter(({ literal }) => takeLiteral(ours, literal) === undefined)
      if (lost.length === 0) return
      const names = lost.map(({ literal }) => printLiteral(literal)).join(', ')
      if (fallsBack) note(path, `${names} is read as the fallback`)
      else if (ours.kind === 'enum' || ours.kind === 'union')
        differ(path, ours, theirs, `${names} may come and has no place here: add it, or give the codec a fallback`)
      else differ(path, ours, theirs, 'the kinds differ')
      return
    }
    if (theirs.kind === 'union') {
      for (const member of theirs.body.members)
        if (fit.fits(ours, member.type)) look(ours, member.type, path)
        else if (fallsBack) note(path, `${member.name} is read as the fallback`)
        else if (ours.kind === 'union') lookAtMember(ours, member.name, member.type, path)
        else differ(path, ours, member.type, `the far end may send ${member.name}`)
      return
    }
    if (ours.kind === 'union') {
      const member = fit.member(ours, theirs)
      if (member === undefined) {
        if (fallsBack) note(path, `${printType(theirs)} is read as the fallback`)
        else differ(path, ours, theirs, 'no member of ours takes it')
      } else look(member, theirs, path)
      return
    }
    if (ours.kind === 'unknown') return
    if (ours.kind === 'scalar' && theirs.kind === 'scalar') {
      const convert = promotion(ours.scalar, theirs.scalar)
      if (convert === undefined) differ(path, ours, theirs, whyNoPromotion(ours.scalar, theirs.scalar))
      else if (ours.scalar !== theirs.scalar) note(path, `${theirs.scalar} is read as ${ours.scalar}`)
      return
    }
    if (ours.kind === 'array' && theirs.kind === 'array') return look(ours.body.item, theirs.body.item, `${path}[]`)
    if (ours.kind === 'dict' && theirs.kind === 'dict') return look(ours.body.value, theirs.body.value, `${path}{}`)
    if (isRecord(ours) && isRecord(theirs) && ours.kind === theirs.kind)
      return lookAtFields(ours.body.fields, theirs.body.fields, path)
    differ(path, ours, theirs, 'the kinds differ')
  }

  // the member of that name tells best what is wrong with it
  const lookAtMember = (ours: Type & { readonly kind: 'union' }, name: string, theirs: Type, path: string): void => {
    const twin = ours.body.members.find(member => member.name === name && member.type.kind === theirs.kind)
    if (twin === undefined)
      differ(path, ours, theirs, `${name} may come and has no place here: add it, or give the codec a fallback`)
    else look(twin.type, theirs, join(path, `(${name})`))
  }

  const lookAtFields = (ours: readonly Field[], theirs: readonly Field[], path: string): void => {
    const read = new Set<Field>()
    for (const field of ours) {
      const at = join(path, field.key)
      const source = sourceOf(field, theirs)
      const absent = absentOf(field)
      if (source === undefined) {
        if (absent.is === 'missing')
          differences.push({
            path: at,
            ours: printType(field.type),
            theirs: 'nothing',
            why: 'we require it and the far end does not have it: make it optional, or give it a default or an alias',
          })
        else if (absent.is === 'value') note(at, 'is filled in, the far end does not have it')
        else note(at, 'stays absent, the far end does not have it')
        continue
      }
      read.add(source)
      if (source.key !== field.key) note(at, `is read from ${source.key}`)
      if (!source.required && source.implicit !== true) {
        if (absent.is === 'missing')
          differences.push({
            path: at,
            ours: printType(field.type),
            theirs: `${printType(source.type)}, optional`,
            why: 'we require it and the far end may leave it out: make it optional, or give it a default',
          })
        else if (absent.is === 'value' && field.required) note(at, 'is filled in where the far end leaves it out')
      }
      look(field.type, source.type, at)
    }
    for (const field of theirs) if (!read.has(field)) note(join(path, field.key), 'is dropped, we do not have it')
  }

  const noteChecks = (ours: Type, theirs: Type, path: string): void => {
    const theirChecks = new Set(theirs.steps.map(step => step.name))
    for (const step of ours.steps)
      if (step.kind === 'refine' && !theirChecks.has(step.name))
        note(path, `is checked to be ${step.name}, which the far end does not promise`)
  }

  look(reader, writer, root)
  return { differences, notes: [...notes] }
}

const join = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`)

const whyNoPromotion = (ours: string, theirs: string): string =>
  /int|fixed|double|float/.test(ours) && /int|fixed|double|float/.test(theirs)
    ? `not every ${theirs} is a ${ours}`
    : 'the kinds differ'
