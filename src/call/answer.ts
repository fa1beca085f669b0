import {
  concat,
  EMPTY,
  finalize,
  from,
  isObservable,
  mergeMap,
  Observable,
  of,
  ReplaySubject,
  take,
  takeUntil,
  tap,
  throwError,
  type Observer,
  type OperatorFunction,
} from 'rxjs'
import { checkOptions, countFrom1, oneOf, type Rules } from '../error/check-options.js'
import { bufferRules, type BufferOptions } from '../flow/bounded-buffer.js'
import { giveBack } from '../protobuf/long-bytes.js'
import { AlreadyAnswered, type AnyCall, type Call, type Settled } from './call.js'
import type { IncomingCall } from './incoming-call.js'
import { CallSource, type CallTaker } from './incoming-hub.js'
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
  /** What becomes of items that an Observable emits faster than the caller takes them; default the peer's. */
  readonly buffer?: BufferOptions
  /**
   * Whether bytes in a request are only borrowed: good until its answer, all of it where it is a stream, has left, as their memory
   * may be used again then; those in the items of an upload or a channel until `next` returns, unless they are iterated or paced.
   * Whoever keeps some copies them first, also who looks at the request of a {@link Settled}. A call that others are subscribed to as
   * well has bytes of its own. Spares the engine the making and collecting of a buffer for each. `false` unless told.
   */
  readonly borrow?: boolean
}

const answerRules: Rules = {
  concurrency: countFrom1,
  order: oneOf('completion', 'arrival'),
  buffer: bufferRules,
}

const ask = <C extends AnyCall>(project: Project<C>, call: C): AnswerOf<C> =>
  project(call.request as C['request'], call)

/**
 * The calls in hand of one `answer`.
 *
 * A call that is answered at once costs no Observable, no subscription and no entry in a set: this is a hot path.
 */
class Hands<C extends AnyCall> implements Observer<C>, CallTaker {
  private busy = 0
  /** Not a set, for what {@link CallTable} says of a map: each call knows its place here. */
  private readonly held: IncomingCall[] = []
  private readonly queue: IncomingCall[] = []
  private sourceDone = false
  private takingUp = false
  /** Nobody asks for its answers any more. */
  private gone = false

  constructor(
    private readonly project: Project<C>,
    private readonly concurrency: number,
    private readonly buffer: BufferOptions | undefined,
    private readonly borrow: boolean,
    private readonly outcomes: Observer<Settled<C>>,
  ) {}

  next(call: C | IncomingCall): void {
    if (this.gone) return
    try {
      // users see an IncomingCall as a Call: there is no other
      this.take(call as unknown as IncomingCall)
    } catch (thrown) {
      // who answers a call that its own `project` has answered is told as of any error that nobody handles
      throwError(() => thrown).subscribe()
    }
  }

  error(error: unknown): void {
    this.outcomes.error(error)
  }

  complete(): void {
    this.sourceDone = true
    this.endIfDone()
  }

  letGo(): void {
    this.gone = true
    for (const call of [...this.held, ...this.queue]) call.letGo()
  }

  private take(call: IncomingCall): void {
    if (this.busy < this.concurrency) return this.begin(call)
    call.awaitsTurn = true
    this.queue.push(call)
  }

  private begin(incoming: IncomingCall): void {
    if (incoming.outcome !== undefined) {
      // it was given up while it waited for its turn
      this.outcomes.next(incoming.outcome as unknown as Settled<C>)
      return
    }
    if (incoming.taken) {
      this.outcomes.error(new AlreadyAnswered(incoming.method))
      return
    }
    this.busy++
    incoming.answerer = this
    incoming.borrows = this.borrow && !incoming.shared
    let given: unknown
    try {
      given = ask(this.project, incoming as unknown as C)
    } catch (error) {
      incoming.fail(error)
      return
    }
    incoming.reply(given, this.buffer)
    if (incoming.outcome === undefined) incoming.heldAt = this.held.push(incoming) - 1
  }

  settled(settled: Settled): void {
    const incoming = settled.call as unknown as IncomingCall
    const { borrows, place } = incoming
    this.busy--
    this.release(incoming)
    this.outcomes.next(settled as unknown as Settled<C>)
    // whoever made an answer that was not taken may still be at it
    if (borrows && place !== undefined && settled._tag === 'Replied') giveBack(place)
    this.takeUp()
    this.endIfDone()
  }

  /** The last one that is held takes the place of one that is not any more. */
  private release({ heldAt }: IncomingCall): void {
    if (heldAt < 0) return
    const last = this.held.pop() as IncomingCall
    if (last.heldAt === heldAt) return
    this.held[heldAt] = last
    last.heldAt = heldAt
  }

  /** Begins the calls that wait, in a loop: those that are answered at once must not pile up on the stack. */
  private takeUp(): void {
    if (this.takingUp) return
    this.takingUp = true
    while (this.busy < this.concurrency && this.queue.length > 0) this.begin(this.queue.shift() as IncomingCall)
    this.takingUp = false
  }

  private endIfDone(): void {
    if (this.sourceDone && this.busy === 0 && this.queue.length === 0) this.outcomes.complete()
  }
}

/** Begins to answer calls; what it gives stops that. */
type Begin = <C extends AnyCall>(
  project: Project<C>,
  calls$: Observable<C>,
  outcomes: Observer<Settled<C>>,
) => () => void

const asTheyCome =
  (concurrency: number, buffer: BufferOptions | undefined, borrow: boolean): Begin =>
  (project, calls$, outcomes) => {
    const hands = new Hands(project, concurrency, buffer, borrow, outcomes)
    const source: Observable<unknown> = calls$
    if (source instanceof CallSource) {
      const stop = source.start(hands)
      return () => {
        stop()
        hands.letGo()
      }
    }
    const subscription = calls$.subscribe(hands)
    return () => {
      subscription.unsubscribe()
      hands.letGo()
    }
  }

/**
 * Answers each call with what `project` makes of it, and emits how it went.
 *
 * A `project` that throws fails its own call and no other. Calls that are cancelled while they wait are not begun; those that wait
 * when no more come, as after `take(n)`, are answered all the same. Unsubscribing lets go of the calls in hand and of those that
 * wait: their callers get `NoReply`.
 *
 * @example
 * ```ts
 * diner.incoming.makeSandwich.pipe(answer(order => make(order), { concurrency: 4 })).subscribe()
 * ```
 *
 * @param project - gives the answer: a value, an Observable or a Promise; for a stream or a channel also anything that
 *   can be iterated, or a ReadableStream
 * @returns an operator that emits one {@link Settled} for each call
 * @throws InvalidOption
 */
export const answer = <C extends AnyCall>(
  project: Project<C>,
  options: AnswerOptions = {},
): OperatorFunction<C, Settled<C>> => {
  const begin = answering(options)
  return calls$ => new Observable(subscriber => begin(project, calls$, subscriber))
}

/** {@link answer} for many methods, with no Observable for each: its options are checked once, and here. */
export const answering = (options: AnswerOptions): Begin => {
  checkOptions('answer', options, answerRules)
  const { concurrency = Infinity, order = 'completion', buffer, borrow = false } = options
  return (order === 'completion' ? asTheyCome : inOrderOfArrival)(concurrency, buffer, borrow)
}

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
  (concurrency: number, buffer: BufferOptions | undefined, borrow: boolean): Begin =>
  (project, calls$, outcomes) => {
    const answerNext = asTheyCome(1, buffer, borrow)
    let before: Observable<never> = EMPTY
    const waiting = new Set<IncomingCall>()
    const subscription = calls$
      .pipe(
        tap(call => {
          const incoming = call as unknown as IncomingCall
          incoming.awaitsTurn = true
          waiting.add(incoming)
        }),
        mergeMap(call => {
          const turn = new ReplaySubject<never>(1)
          const previous = before
          before = turn
          const made = givesMany(call.kind) ? undefined : { answer: begin(call, project) }
          const answer: typeof project = () =>
            made === undefined ? ask(project, call) : (made.answer as AnswerOf<typeof call>)
          const answered$ = new Observable<Settled<typeof call>>(subscriber => answerNext(answer, of(call), subscriber))
          const over = () => {
            waiting.delete(call as unknown as IncomingCall)
            turn.complete()
          }
          return concat(previous, answered$).pipe(finalize(over))
        }, concurrency),
      )
      .subscribe(outcomes)
    return () => {
      const left = [...waiting]
      subscription.unsubscribe()
      for (const call of left) call.letGo()
    }
  }
