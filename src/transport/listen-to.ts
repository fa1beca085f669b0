/** Something that tells events, in the way of the DOM or of Node. */
export interface EventSource {
  addEventListener?(type: string, listener: (event: unknown) => void): void
  removeEventListener?(type: string, listener: (event: unknown) => void): void
  on?(type: string, listener: (value: unknown) => void): unknown
  off?(type: string, listener: (value: unknown) => void): unknown
}

/** Listens, whichever way the source knows, until what this returns is called. */
export const listenTo = (source: EventSource, type: string, listener: (value: never) => void): (() => void) => {
  const take = listener as (value: unknown) => void
  if (source.addEventListener !== undefined) {
    source.addEventListener(type, take)
    return () => source.removeEventListener?.(type, take)
  }
  source.on?.(type, take)
  return () => source.off?.(type, take)
}
