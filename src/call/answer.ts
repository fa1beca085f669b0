import {
  concat,
  defer,
  EMPTY,
  finalize,
  from,
  isObservable,
  mergeMap,
  Observable,
  ReplaySubject,
  take,
  takeUntil,
  throwError,
  type OperatorFunction,
} from 'rxjs'
import { AlreadyAnswered, type AnyCall, type Call, type Settled } from './call.js'
import type { IncomingCall } from './incoming-call.js'
import { givesMany } from './method-end.js'
import { isPromise } from './pull-source.js'

/** What a call's `reply` takes. */
export type AnswerOf<C> = C extends Call<any, any, any, any, infer Answer> ? Answer : never

/** Makes an answer of a request. */
export type Project<C extends AnyCall> = (request: C['request'], call: C) => AnswerOf<C>

/** How calls are answered. */
export interface AnswerOptions {
  /** Calls in hand at once; the others wait, in order. Default: no limit. */
  readonly concurrency?: number
  /**
   * `completion` (the default): each call is answered as soon as its answer is there. `arrival`: in the order in which
   * the calls came, however long each takes; what is ready early waits.
   */
  readonly order?: 'completion' | 'arrival'
}

const ask = <C extends AnyCall>(project: Project<C>, call: C): AnswerOf<C> =>
  project(call.request as C['request'], call)

/** Answers one call, and emits how it went; unsubscribing lets it go without an answer. */
const answerOne = <C extends AnyCall>(call: C, answer: () => unknown): Observable<Settled<C>> =>
  new Observable(subscriber => {
    // users see an IncomingCall as a Call: there is no other
    const incoming = call as unknown as IncomingCall
    if (incoming.outcome !== undefined) {
      // it was given up while it waited for its turn
      subscriber.next(incoming.outcome as unknown as Settled<C>)
      subscriber.complete()
      return
    }
    if (incoming.taken) throw new AlreadyAnswered(call.method)
    incoming.whenSettled = settled => {
      subscriber.next(settled as unknown as Settled<C>)
      subscriber.complete()
    }
    let given: unknown
    try {
      given = answer()
    } catch (error) {
      incoming.fail(error)
      return
    }
    incoming.reply(given)
    return () => incoming.letGo()
  })

/**
 * Answers each call with what `project` makes of it, and emits how it went.
 *
 * A `project` that throws fails its own call and no other. Calls that are cancelled while they wait are not begun.
 * Unsubscribing lets go of the calls in hand: their callers get `NoReply`.
 *
 * @example
 * ```ts
 * diner.incoming.makeSandwich.pipe(answer(order => make(order), { concurrency: 4 })).subscribe()
 * ```
 *
 * @param project - gives the answer: a value, an Observable or a Promise; for a stream or a channel also anything that
 *   can be iterated, or a ReadableStream
 * @returns an operator that emits one {@link Settled} for each call
 */
export const answer = <C extends AnyCall>(
  project: Project<C>,
  { concurrency = Infinity, order = 'completion' }: AnswerOptions = {},
): OperatorFunction<C, Settled<C>> =>
  order === 'completion'
    ? mergeMap(call => answerOne(call, () => ask(project, call)), concurrency)
    : inOrderOfArrival(project, concurrency)

/** Begins to make an answer; what it comes to is kept until somebody asks. */
const begin = <C extends AnyCall>(call: C, project: Project<C>): unknown => {
  let made: unknown
  try {
    made = ask(project, call)
  } catch (error) {
    return throwError(() => error)
  }
  if (!isObservable(made) && !isPromise(made)) return made
  const kept = new ReplaySubject<unknown>(1)
  from(made).pipe(take(1), takeUntil(call.cancelled$)).subscribe(kept)
  return kept
}

/** Answers are made at once, as many as may be, and given one after the other; streams are also made one after the other. */
const inOrderOfArrival =
  <C extends AnyCall>(project: Project<C>, concurrency: number): OperatorFunction<C, Settled<C>> =>
  calls$ =>
    defer(() => {
      let before: Observable<never> = EMPTY
      return calls$.pipe(
        mergeMap(call => {
          const turn = new ReplaySubject<never>(1)
          const previous = before
          before = turn
          const made = givesMany(call.kind) ? undefined : { answer: begin(call, project) }
          const answer = () => (made === undefined ? ask(project, call) : made.answer)
          return concat(
            previous,
            defer(() => answerOne(call, answer)),
          ).pipe(finalize(() => turn.complete()))
        }, concurrency),
      )
    })
