import type { Reader } from './reader.js'
import type { Writer } from './writer.js'

/** What a field may hold: a varint, which is wire type 0, or something with its length in front, which is 2. */
export interface Kind<A> {
  readonly wire: 0 | 2
  readonly write: (writer: Writer, value: A) => unknown
  /** `before` is what the field held so far: a message that comes in pieces is put together. */
  readonly read: (reader: Reader, within: Within, before?: A) => A
}

/**
 * Lets a reader see the message in front of it and nothing else for as long as `read` runs: how much is too much, and what is said
 * of a length that cannot be, is for the reader's owner.
 */
export type Within = <A>(reader: Reader, read: () => A, message: unknown) => A

/** A field of a message: what it holds where it is absent, how it is written with its tag, and how it is read behind each. */
export interface Field<A> {
  readonly number: number
  readonly absent: A
  readonly put: (writer: Writer, value: A) => unknown
  readonly takes: readonly (readonly [tag: number, take: (reader: Reader, within: Within, before: A) => A])[]
}

/** A message whose fields are said once, for both ways. */
export interface Message<T> extends Kind<T> {
  /** The message of no fields. */
  readonly absent: T
  /** Writes it without a length in front, fields in the order of their numbers. */
  readonly writeFields: (writer: Writer, value: T) => void
  /** Reads it up to the reader's limit; of a field that is no list the last one counts. What it does not know it skips. */
  readonly readFields: (reader: Reader, within: Within, before?: T) => T
}

/** A text. What is no UTF-8 is read as replacement characters. */
export const text: Kind<string> = { wire: 2, write: (writer, value) => writer.string(value), read: r => r.string() }
/** A view of what the reader reads. */
export const bytes: Kind<Uint8Array> = { wire: 2, write: (writer, value) => writer.bytes(value), read: r => r.bytes() }
/** A boolean. */
export const flag: Kind<boolean> = { wire: 0, write: (writer, value) => writer.bool(value), read: r => r.bool() }
/** A whole number from 0 to 2^32 - 1. */
export const uint32: Kind<number> = { wire: 0, write: (writer, value) => writer.uint32(value), read: r => r.uint32() }
/** A whole number from -2^31 to 2^31 - 1. */
export const int32: Kind<number> = { wire: 0, write: (writer, value) => writer.int32(value), read: r => r.int32() }

/** A value that travels as another one. */
export const converted = <A, B>(kind: Kind<A>, to: (value: B) => A, from: (value: A) => B): Kind<B> => ({
  wire: kind.wire,
  write: (writer, value) => kind.write(writer, to(value)),
  read: (reader, within) => from(kind.read(reader, within)),
})

/** One of some words, by its place among them; `other` is read where a newer far end has more of them. */
export const choice = <A extends string>(words: readonly A[], other: A): Kind<A> =>
  converted(
    uint32,
    word => words.indexOf(word),
    place => words[place] ?? other,
  )

/** A kind that is not made yet, since messages hold each other. */
export const later = <A>(kind: () => Kind<A>): Kind<A> => ({
  wire: 2,
  write: (writer, value) => kind().write(writer, value),
  read: (reader, within, before) => kind().read(reader, within, before),
})

const tagOf = (number: number, wire: number): number => ((number << 3) | wire) >>> 0

/** A field that is always written. */
export const always = <A, N extends A | undefined = A>(number: number, kind: Kind<A>, absent: N): Field<A | N> => {
  const tag = tagOf(number, kind.wire)
  return {
    number,
    absent,
    put: (writer, value) => kind.write(writer.uint32(tag), value as A),
    takes: [[tag, kind.read]],
  }
}

/** A field that is not written where it holds what it holds when it is absent. */
export const field = <A, N extends A | undefined>(number: number, kind: Kind<A>, absent: N): Field<A | N> => {
  const each = always(number, kind, absent)
  return { ...each, put: (writer, value) => value === absent || each.put(writer, value) }
}

/** What every list of nothing is. */
export const none: readonly never[] = Object.freeze([])

const added = <A>(items: readonly A[], item: A): readonly A[] => {
  if (items === none) return [item]
  ;(items as A[]).push(item)
  return items
}

/** A field that is there once for each item; numbers may come packed. */
export const list = <A>(number: number, kind: Kind<A>): Field<readonly A[]> => {
  const each = always<A, undefined>(number, kind, undefined)
  const take = (reader: Reader, within: Within, items: readonly A[]) => added(items, kind.read(reader, within))
  const takePacked: typeof take = (reader, within, items) =>
    within(
      reader,
      () => {
        let all = items
        while (reader.pos < reader.len) all = take(reader, within, all)
        return all
      },
      kind,
    )
  return {
    number,
    absent: none,
    put: (writer, items) => {
      for (const item of items) each.put(writer, item)
    },
    takes: [[tagOf(number, kind.wire), take], ...(kind.wire === 0 ? [[tagOf(number, 2), takePacked] as const] : [])],
  }
}

/** Hands each field's tag to a function, up to the reader's limit, and skips those for which it gives false. */
export const eachField = (reader: Reader, take: (tag: number) => boolean): void => {
  while (reader.pos < reader.len) {
    const tag = reader.uint32()
    if (!take(tag)) reader.skipType(tag & 7, 0, tag >>> 3)
  }
}

// what lies in a message of its own is still this message's: it is read into it, and left out where it would be empty
const grouped = <T>(number: number, group: Message<T>): Field<T> => {
  const tag = tagOf(number, 2)
  return {
    ...always(number, group, group.absent),
    put: (writer, value) => {
      const before = writer.pos
      const start = writer.uint32(tag).fork().pos
      group.writeFields(writer, value)
      const isEmpty = writer.pos === start
      writer.ldelim()
      if (isEmpty) writer.pos = before
    },
  }
}

/** The key of a field that is no property. */
const whole = ''

/**
 * Makes a message of its fields.
 *
 * @param fields - for each property its field
 * @param number - of the field in which `group` lies
 * @param group - a message inside this one for the properties that lie in there
 */
export const message = <T extends object, Grouped extends keyof T = never>(
  fields: { readonly [K in Exclude<keyof T, Grouped>]-?: Field<T[K]> },
  number = 0,
  group?: Message<Pick<T, Grouped>>,
): Message<T> => {
  const all = Object.entries<Field<unknown>>(fields as never)
  const absent: object = Object.fromEntries(all.map(([key, each]) => [key, each.absent]))
  if (group !== undefined) {
    Object.assign(absent, group.absent)
    all.push([whole, grouped(number, group) as unknown as Field<unknown>])
  }
  all.sort(([, a], [, b]) => a.number - b.number)
  const byTag = new Map(all.flatMap(([key, { takes }]) => takes.map(([tag, take]) => [tag, { key, take }] as const)))
  const made: Message<T> = {
    wire: 2,
    absent: absent as T,
    writeFields: (writer, value) => {
      for (const [key, { put }] of all) put(writer, key === whole ? value : value[key as keyof T])
    },
    readFields: (reader, within, before) => {
      let draft: Record<string, unknown> = { ...absent, ...before }
      eachField(reader, tag => {
        const found = byTag.get(tag)
        if (found === undefined) return false
        const { key, take } = found
        if (key === whole) draft = take(reader, within, draft) as typeof draft
        else draft[key] = take(reader, within, draft[key])
        return true
      })
      return draft as T
    },
    write: (writer, value) => {
      made.writeFields(writer.fork(), value)
      writer.ldelim()
    },
    read: (reader, within, before) => within(reader, () => made.readFields(reader, within, before), made),
  }
  return made
}
