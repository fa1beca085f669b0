import { Observable } from 'rxjs'
import type { Pipe } from '../pipe/pipe.js'
import type { Frame } from '../wire/frame.js'
import { RunningSession } from './running-session.js'
import type { Session, SessionOptions } from './session-options.js'

/**
 * Brings a pipe of frames to a session.
 *
 * Emits once the two ends agree. Completes after an orderly goodbye of either end. Fails with {@link Refused} when they do
 * not agree, with {@link ProtocolViolation} when the far end breaks the rules, and with {@link PipeError} when the pipe
 * breaks, which an end-of-file without a goodbye is, or the far end falls silent. Unsubscribing says goodbye.
 */
export const session =
  (options: SessionOptions) =>
  (pipe: Pipe<Frame>): Observable<Session> =>
    new Observable<Session>(subscriber => {
      const running = new RunningSession(options, pipe, subscriber)
      running.start()
      return () => running.leave()
    })
