import { concat, defer, NEVER, type Observable } from 'rxjs'
import { check, tagOf } from './check.js'
import { freshKey, untilDone, type Talk } from './connect.js'
import { record, type Notes } from './record.js'
import { numbered, producing } from './stream-cases.js'
import { until } from './waiting.js'

/** A call of each kind, none of which ends by itself. */
export interface OpenCalls {
  /** Under which the far end has noted them. */
  readonly key: string
  readonly calls: ReadonlyMap<string, Notes<unknown>>
}

/** Opens a call of each kind, and waits until the far end is at work on all of them. */
export const openCalls = async (talk: Talk): Promise<OpenCalls> => {
  const { remote } = talk
  const key = freshKey()
  const metadata = { key }
  const items$ = concat(
    defer(() => numbered(3)),
    NEVER,
  )
  const opened: ReadonlyArray<readonly [string, Observable<unknown>]> = [
    ['a request', remote.ask({ key, how: 'never', ms: 0 }, { timeout: Infinity })],
    ['a stream', remote.produce(producing(-1, { key, source: 'timed' }))],
    ['a silent stream', remote.produce(producing(1, { key, source: 'pushed', end: 'never' }))],
    ['an upload', remote.collect(items$, { metadata })],
    ['a channel', remote.converse(items$, { metadata })],
  ]
  const calls = new Map(opened.map(([name, call$]) => [name, record(call$)] as const))
  await untilDone(talk, key, ({ begun, taken }) => begun === opened.length && taken === 6, 'the begin of all calls')
  return { key, calls }
}

/** Waits until every call has ended, with an error that says why; gives how long that took, in milliseconds. */
export const allFail = async ({ calls }: OpenCalls, tags: readonly string[]): Promise<number> => {
  const since = Date.now()
  for (const [name, notes] of calls) {
    const end = await until(() => notes.end(), `the end of ${name}`)
    check('error' in end, `${name} completed, as if it had been answered`)
    const tag = 'error' in end ? tagOf(end.error) : ''
    check(tags.includes(tag), `${name} ended with ${tag} instead of ${tags.join(' or ')}`)
  }
  return Date.now() - since
}
