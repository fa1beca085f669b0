/** io-ts's idea of a record: an object that is no array. */
export const isRecordValue = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** True for the names that every object inherits: as properties they count only where they are an object's own. */
export const isInherited = (key: string): boolean => key in Object.prototype

/** A property's value, see {@link isInherited}. */
export const propertyOf = (record: object, key: string): unknown =>
  isInherited(key) && !Object.hasOwn(record, key) ? undefined : (record as Readonly<Record<string, unknown>>)[key]
