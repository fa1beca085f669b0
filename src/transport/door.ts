import type { Observable } from 'rxjs'
import type { Pipe } from '../pipe/pipe.js'
import type { ConnectionKey } from './connection-key.js'

/** A listener that listens. It lives as long as the subscription that emitted it. */
export interface Door {
  /** What a client needs to connect: hand on `String(door.key)`. */
  readonly key: ConnectionKey
  /**
   * A pipe for each client, `'accepted'`. Clients that come while nobody is subscribed wait, unread. One subscription at a
   * time; a second one fails with `PipeError`, `why: 'misused'`. Completes after the last client that was allowed.
   */
  readonly pipes$: Observable<Pipe>
}
