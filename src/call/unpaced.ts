import { TaggedError } from '../error/tagged-error.js'

const messages = {
  'no-call':
    'paced stands on no call of a far end, so that there is nobody to slow down: put it directly behind a call, or say ' +
    "what to lose with { overflow: 'error' | 'dropOldest' | 'dropNewest' | 'latest' }",
  'out-of-turn':
    'paced got a value that did not come with an item of its call, so that nobody knows when the far end may send more: ' +
    'move delay, debounce, startWith and the like behind paced, or say what to lose with { overflow }',
  overrun:
    'paced was given more values than may wait: slow their source down, raise { items }, or choose what to lose with ' +
    "{ overflow: 'dropOldest' | 'dropNewest' | 'latest' }",
} as const

/**
 * `paced` cannot tell a far end how much it takes.
 *
 * - `no-call`: its source is no call, nor operators on one
 * - `out-of-turn`: a value came at another time than the item it would have been made of
 * - `overrun`: it was given an overflow policy, `error`, and its buffer ran over
 */
export class Unpaced extends TaggedError<'Unpaced'> {
  constructor(readonly why: 'no-call' | 'out-of-turn' | 'overrun') {
    super('Unpaced', messages[why])
  }
}
