import type { Observable } from 'rxjs'

/** How something ended. */
export type End = { readonly complete: true } | { readonly error: unknown }

/** What came of a subscription, for asking now and for waiting. */
export interface Notes<T> {
  readonly values: T[]
  /** `undefined` while it has not ended. */
  readonly end: () => End | undefined
  readonly ended: Promise<End>
  readonly unsubscribe: () => void
}

/** What is subscribed to, so that a case that fails holds nothing open. */
const open = new Set<{ unsubscribe(): void }>()

/** Unsubscribes from all that was recorded; for the end of a spec. */
export const letGo = (): void => {
  for (const subscription of open) subscription.unsubscribe()
  open.clear()
}

/** Subscribes and takes notes. */
export const record = <T>(source: Observable<T>, each: (value: T) => void = () => undefined): Notes<T> => {
  const values: T[] = []
  let end: End | undefined
  let settle: (end: End) => void
  const ended = new Promise<End>(resolve => {
    settle = resolve
  })
  const finish = (how: End): void => {
    end = how
    settle(how)
  }
  const subscription = source.subscribe({
    next: value => {
      values.push(value)
      each(value)
    },
    error: (error: unknown) => finish({ error }),
    complete: () => finish({ complete: true }),
  })
  open.add(subscription)
  subscription.add(() => open.delete(subscription))
  return { values, end: () => end, ended, unsubscribe: () => subscription.unsubscribe() }
}
