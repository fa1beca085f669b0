import { Observable, Subscription, type Observer, type SchedulerLike } from 'rxjs'
import { TestScheduler, type RunHelpers } from 'rxjs/testing'
import { align } from './aligned.js'
import { diagramMismatch, wasOpen, type AssertDeepEqual, type Happening } from './lane.js'
import { showValue } from './recording/print-value.js'

/** What rxjs compares, of an Observable. */
interface Message {
  readonly frame: number
  readonly notification: { readonly kind: 'N' | 'E' | 'C'; readonly value?: unknown; readonly error?: unknown }
}

/** What rxjs compares, of subscriptions. */
interface Log {
  readonly subscribedFrame: number
  readonly unsubscribedFrame: number
}

interface Entry {
  readonly kind: 'observable' | 'subscriptions'
  isReady: boolean
  /** A letter for each value that is expected, by how it is shown. */
  letters: ReadonlyMap<string, string>
}

const textOf = (value: unknown): string => (value instanceof Error ? String(value) : showValue(value))

/** Gives each value that has none a letter that is free. */
const complete = (given: ReadonlyMap<string, string>, messages: readonly Message[]): ReadonlyMap<string, string> => {
  const letters = new Map(given)
  const taken = new Set(given.values())
  let next = 97
  for (const { notification } of messages) {
    const text = textOf(notification.value)
    if (notification.kind !== 'N' || letters.has(text)) continue
    const { value } = notification
    const own = typeof value === 'string' && value.length === 1 && !taken.has(value) ? value : undefined
    while (taken.has(String.fromCharCode(next)) && next < 122) next++
    const letter = own ?? String.fromCharCode(next)
    letters.set(text, letter)
    taken.add(letter)
  }
  return letters
}

const lettersOf = (marbles: string, values: unknown): ReadonlyMap<string, string> => {
  if (typeof values !== 'object' || values === null)
    return new Map(Array.from(marbles, letter => [textOf(letter), letter]))
  return new Map(Object.entries(values).map(([letter, value]) => [textOf(value), letter]))
}

const happenings = (messages: readonly Message[], letters: ReadonlyMap<string, string>): readonly Happening[] =>
  messages.map(({ frame: at, notification: { kind, value, error } }) => {
    if (kind === 'C') return { at, letter: '|', text: () => 'the end' }
    const text = textOf(kind === 'E' ? error : value)
    const letter = kind === 'E' ? '#' : (letters.get(text) ?? '?')
    // without values a letter stands for itself
    return { at, letter, key: `${letter} ${text}`, text: () => (text === `'${letter}'` ? '' : text) }
  })

const subscriptionMarks = (logs: readonly Log[]): readonly Happening[] =>
  logs
    .flatMap(({ subscribedFrame, unsubscribedFrame }) => [
      { at: subscribedFrame, letter: '^', text: () => 'subscribed' },
      ...(unsubscribedFrame === Infinity ? [] : [{ at: unsubscribedFrame, letter: '!', text: () => 'unsubscribed' }]),
    ])
    .sort((a, b) => a.at - b.at)

/** rxjs's own expectations: what they hold is let go at the end of the test, and a failure of theirs can be read. */
export class ObservableExpectations {
  private readonly entries: Entry[] = []
  private readonly held: Subscription[] = []
  private endedAt: number | undefined = undefined
  /** The latest moment at which one of them is unsubscribed, by its own diagram. */
  latest = 0
  /** The latest moment that is expected of one that is let go at the end of the test. */
  latestHeld = 0

  constructor(private readonly assertDeepEqual: AssertDeepEqual) {}

  /** Takes the place of rxjs's own comparison: told in the order in which the expectations were made. */
  readonly compare = (actual: unknown, expected: unknown): void => {
    const place = this.entries.findIndex(({ isReady }) => isReady)
    const [entry] = place < 0 ? [] : this.entries.splice(place, 1)
    if (entry?.kind === 'subscriptions') this.compareLogs(actual as readonly Log[], expected as readonly Log[])
    else this.compareMessages(actual as readonly Message[], expected as readonly Message[], entry?.letters ?? new Map())
  }

  private compareMessages(
    actual: readonly Message[],
    expected: readonly Message[],
    given: ReadonlyMap<string, string>,
  ): void {
    const letters = complete(given, [...expected, ...actual])
    const wanted = happenings(expected, letters)
    const found = happenings(actual, letters)
    const lane = { title: 'expectObservable', verb: 'emitted' }
    const isSame = align(wanted, found).at === undefined
    this.assertDeepEqual(actual, expected, isSame ? undefined : diagramMismatch(lane, wanted, found))
  }

  private compareLogs(logs: readonly Log[], expected: readonly Log[]): void {
    // whatever is open at the end of the test is unsubscribed there: it was open to its end
    const actual = logs.map((log, i) =>
      log.unsubscribedFrame === this.endedAt && expected[i]?.unsubscribedFrame === Infinity
        ? expected[i]?.subscribedFrame === log.subscribedFrame
          ? expected[i]
          : log
        : log,
    )
    const wanted = subscriptionMarks(expected)
    const found = subscriptionMarks(actual)
    const lane = { title: 'expectSubscriptions', verb: wasOpen }
    const isSame = align(wanted, found).at === undefined
    this.assertDeepEqual(actual, expected, isSame ? undefined : diagramMismatch(lane, wanted, found))
  }

  /** rxjs's helpers, with these in place of its own. */
  over(helpers: RunHelpers): Pick<RunHelpers, 'expectObservable' | 'expectSubscriptions'> {
    return {
      expectObservable: <T>(source: Observable<T>, subscription?: string) => {
        const isHeld = subscription?.includes('!') !== true
        if (!isHeld) this.name(TestScheduler.parseMarblesAsSubscriptions(subscription, true).unsubscribedFrame)
        const entry = this.entry('observable')
        const own = helpers.expectObservable(isHeld ? this.hold(source) : source, subscription)
        return {
          toBe: (marbles: string, values?: Record<string, unknown>, error?: unknown) => {
            entry.isReady = true
            entry.letters = lettersOf(marbles, values)
            const { frame } = TestScheduler.parseMarbles(marbles, undefined, undefined, false, true).at(-1) ?? {
              frame: 0,
            }
            if (isHeld) this.latestHeld = Math.max(this.latestHeld, frame)
            own.toBe(marbles, values, error)
          },
          toEqual: (other: Observable<T>) => {
            entry.isReady = true
            own.toEqual(isHeld ? this.hold(other) : other)
          },
        }
      },
      expectSubscriptions: logs => {
        const entry = this.entry('subscriptions')
        const own = helpers.expectSubscriptions(logs)
        return {
          toBe: marbles => {
            entry.isReady = true
            own.toBe(marbles)
          },
        }
      },
    }
  }

  /** Subscribes as an expectation does, by a diagram of rxjs's or from the beginning to the end of the test. */
  observe<T>(
    scheduler: SchedulerLike,
    source: Observable<T>,
    subscription: string | undefined,
    observer: Partial<Observer<T>>,
  ): void {
    const from = TestScheduler.parseMarblesAsSubscriptions(subscription ?? null, true)
    const isHeld = from.unsubscribedFrame === Infinity
    this.name(from.unsubscribedFrame)
    const subscribed = new Subscription()
    scheduler.schedule(
      () => subscribed.add((isHeld ? this.hold(source) : source).subscribe(observer)),
      from.subscribedFrame === Infinity ? 0 : from.subscribedFrame,
    )
    if (!isHeld) scheduler.schedule(() => subscribed.unsubscribe(), from.unsubscribedFrame)
  }

  /** Unsubscribes when the test ends. */
  hold<T>(source: Observable<T>): Observable<T> {
    return new Observable(subscriber => {
      const subscription = source.subscribe(subscriber)
      this.held.push(subscription)
      return subscription
    })
  }

  /** The test is over: lets go of all that was held. */
  end(at: number): void {
    this.endedAt = at
    for (const subscription of this.held.splice(0)) subscription.unsubscribe()
  }

  private name(at: number): void {
    if (Number.isFinite(at)) this.latest = Math.max(this.latest, at)
  }

  private entry(kind: Entry['kind']): Entry {
    const entry: Entry = { kind, isReady: false, letters: new Map() }
    this.entries.push(entry)
    return entry
  }
}
