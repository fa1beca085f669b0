import { Observable, takeWhile, type OperatorFunction } from 'rxjs'
import type { Step } from './step.js'

/**
 * Runs a machine: events in, commands out.
 *
 * Every subscription starts from `initial`. Events that arrive while a command is being handled wait until all
 * commands of the step before have been emitted, so that a step always sees the state its predecessor left.
 *
 * @param step - the transitions
 * @param initial - the state at subscription
 * @returns an operator that emits the commands of each step in order, and ends as its source ends;
 *   a `step` that throws becomes its error
 */
export const runMachine =
  <State, Event, Command>(step: Step<State, Event, Command>, initial: State): OperatorFunction<Event, Command> =>
  events$ =>
    new Observable<Command>(subscriber => {
      let state = initial
      let stepping = false
      const waiting: Array<() => void> = []

      const inTurn = (work: () => void) => {
        waiting.push(work)
        if (stepping) return
        stepping = true
        try {
          for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) next()
        } finally {
          stepping = false
        }
      }

      const take = (event: Event) => {
        if (subscriber.closed) return
        let commands: readonly Command[]
        try {
          ;[state, commands] = step(state, event)
        } catch (error) {
          subscriber.error(error)
          return
        }
        for (const command of commands) subscriber.next(command)
      }

      // a source that emits while it is being subscribed to cannot be unsubscribed from yet
      // eslint-disable-next-line rxjs-x/no-ignored-takewhile-value -- it is the consumer who has enough, whatever the event
      return events$.pipe(takeWhile(() => !subscriber.closed)).subscribe({
        next: event => inTurn(() => take(event)),
        error: (error: unknown) => inTurn(() => subscriber.error(error)),
        complete: () => inTurn(() => subscriber.complete()),
      })
    })
