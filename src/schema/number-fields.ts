import type { Field, Type } from './type.js'
import { Unmappable } from './unmappable.js'

/** A property before it has a number and a name in the descriptor. */
export interface DraftField {
  readonly key: string
  readonly required: boolean
  readonly type: Type
  readonly aliases: readonly string[]
  readonly fallback?: { readonly value: unknown } | undefined
  readonly pinned?: number | undefined
}

/** protobuf's highest field number */
export const maxFieldNumber = 536_870_911

/** Field numbers that protobuf keeps for itself. */
export const isReservedNumber = (number: number): boolean => number >= 19_000 && number <= 19_999

/** A key as a protobuf identifier: what cannot stand in one becomes an underscore. */
export const mangle = (key: string): string => {
  const plain = key.replace(/[^A-Za-z0-9_]/g, '_')
  return /^[A-Za-z]/.test(plain) ? plain : `f_${plain}`
}

/**
 * Gives every property its number and its name in the descriptor: in the order of declaration, around the pinned ones.
 *
 * @throws {@link Unmappable} when two want the same number or the same name
 */
export const numberFields = (drafts: readonly DraftField[], path: string): readonly Field[] => {
  const taken = new Map<number, string>()
  const take = (number: number, key: string): number => {
    const owner = taken.get(number)
    if (owner !== undefined)
      throw new Unmappable(
        path,
        `${owner} and ${key} both have field number ${number}`,
        'pin them to different numbers',
      )
    if (!Number.isInteger(number) || number < 1 || number > maxFieldNumber || isReservedNumber(number))
      throw new Unmappable(
        path,
        `${key} cannot have field number ${number}`,
        'pin it to 1 to 536870911 without 19000 to 19999',
      )
    taken.set(number, key)
    return number
  }
  const pinned = new Map<DraftField, readonly number[]>()
  for (const draft of drafts)
    if (draft.pinned !== undefined) {
      const first = draft.pinned
      pinned.set(
        draft,
        range(widthOf(draft.type)).map(offset => take(first + offset, draft.key)),
      )
    }
  let next = 1
  const free = (key: string): number => {
    while (taken.has(next) || isReservedNumber(next)) next += 1
    return take(next, key)
  }
  const names = new Map<string, string>()
  return drafts.map(draft => {
    const name = mangle(draft.key)
    // protobuf's JSON names are camel case, and protoc refuses two fields that have the same one
    const folded = name.replaceAll('_', '').toLowerCase()
    const other = names.get(folded)
    if (other !== undefined)
      throw new Unmappable(path, `"${other}" and "${draft.key}" have the same protobuf name`, 'rename one of the two')
    names.set(folded, draft.key)
    const { key, required, type, aliases, fallback, pinned: asked } = draft
    const numbers = pinned.get(draft) ?? range(widthOf(type)).map(() => free(key))
    return { key, name, required, numbers, type, aliases, fallback, pinned: asked }
  })
}

const widthOf = (type: Type): number => (type.kind === 'union' ? type.body.members.length : 1)

const range = (length: number): readonly number[] => Array.from({ length }, (_, index) => index)
