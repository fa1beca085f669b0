import { AsyncSubject, BehaviorSubject, type Observable, type Subscriber } from 'rxjs'
import { Lending, type ByteTaker } from '../pipe/lending.js'
import { Outlet } from '../pipe/outlet.js'
import { PipeError } from '../pipe/pipe-error.js'
import type { Pipe } from '../pipe/pipe.js'
import type { OpenCarrier } from './carrier.js'

const nothing = (): void => undefined

/** How long a pipe that was hung up may take to write what is queued and to see the far end's end, in milliseconds. */
export const defaultCloseWithin = 1_000

/** What is known of a pipe before its first byte. */
export interface PipeFacts {
  /** Which end of it we are. */
  readonly end: Pipe['end']
  /** The key's secret. */
  readonly secret?: Uint8Array
  /** After unsubscribing: how long until the pipe is destroyed, in milliseconds; 1 s unless told. */
  readonly closeWithin?: number | undefined
}

/** A pipe together with what its transport may do to it. */
export interface HeldPipe {
  readonly pipe: Pipe
  /** Completes when both halves ended in order; fails when the pipe broke. Replays. */
  readonly over$: Observable<never>
  /**
   * Ends the pipe in order: what is queued, and what is said in this very tick, still goes out; then our half ends, what
   * comes in unread is dropped, and past the limit the pipe is destroyed.
   */
  readonly hangUp: () => void
  /** The same for a far end that is known to be gone: what it said before is kept for a reader, as long as the limit. */
  readonly windUp: () => void
}

/**
 * Turns a platform's carrier into a {@link Pipe} that keeps the pipe's contract, whatever the platform is.
 *
 * @param open - makes the carrier
 * @param facts - what the pipe says about itself, and its limit
 */
export const holdPipe = (open: OpenCarrier, facts: PipeFacts): HeldPipe => {
  const { end, secret, closeWithin = defaultCloseWithin } = facts
  const over$ = new AsyncSubject<never>()
  const writable = new BehaviorSubject(true)
  const early: Uint8Array[] = []
  let reader: ByteTaker | undefined
  let readerBorrows = false
  let reading: 'not yet' | 'catching up' | 'directly' = 'not yet'
  let ours: 'open' | 'ended' = 'open'
  let theirs: 'open' | 'ended' = 'open'
  let closed = false
  let hungUp = false
  let failed = false
  let failure: unknown
  let limit: ReturnType<typeof setTimeout> | undefined

  const fail = (error: unknown): void => {
    if (!failed) failure = error
    failed = true
  }

  const endReader = (): void => {
    const ending = reader
    if (ending === undefined || (!failed && theirs !== 'ended')) return
    // what comes after the end is nobody's
    reader = undefined
    if (failed) ending.error(failure)
    else ending.complete()
  }

  // a carrier that cannot wait, such as a port, spoke before there was a reader
  const catchUp = (): void => {
    for (let bytes = early.shift(); bytes !== undefined; bytes = early.shift()) reader?.next(bytes)
    reading = 'directly'
    endReader()
  }

  const carrier = open({
    chunk: (bytes, lent = false) => {
      if (reading === 'directly') reader?.next(lent && !readerBorrows ? new Uint8Array(bytes) : bytes, lent)
      else if (!hungUp) early.push(lent ? new Uint8Array(bytes) : bytes)
    },
    ended: () => {
      theirs = 'ended'
      if (reading === 'directly') endReader()
    },
    drained: () => {
      if (!closed) writable.next(true)
    },
    closed: error => {
      if (closed) return
      closed = true
      clearTimeout(limit)
      if (error !== undefined) fail(error)
      else if (theirs === 'open' || ours === 'open') {
        fail(new PipeError('aborted', `this end hung up, and closed the pipe after ${closeWithin} ms`))
      }
      writable.complete()
      if (reading === 'directly') endReader()
      if (failed) over$.error(failure)
      else over$.complete()
    },
  })

  const endOurs = (): void => {
    if (ours === 'ended') return
    ours = 'ended'
    carrier.end()
  }

  const { writeTwo, writeOwn, about } = carrier
  const outgoing = new Outlet<Uint8Array>({
    write: bytes => {
      if (!closed && ours === 'open' && !carrier.write(bytes)) writable.next(false)
    },
    writeTwo:
      writeTwo &&
      ((first, second) => {
        if (!closed && ours === 'open' && !writeTwo(first, second)) writable.next(false)
      }),
    writeOwn:
      writeOwn &&
      (bytes => {
        if (!closed && ours === 'open' && !writeOwn(bytes)) writable.next(false)
      }),
    get idle() {
      return carrier.idle
    },
    end: () => {
      if (!closed) endOurs()
    },
    abort: error => {
      if (closed) return
      fail(error)
      carrier.destroy()
    },
  })

  const incoming = new Lending((taker, mayLend) => {
    if (reading === 'not yet' && hungUp) {
      taker.error(new PipeError('aborted', 'this end hung up before it read: read first, or dial again'))
      return nothing
    }
    if (reading !== 'not yet') {
      taker.error(
        new PipeError('misused', 'incoming was read twice: a pipe has one reader, so share() it or tap it in a layer'),
      )
      return nothing
    }
    reader = taker
    readerBorrows = mayLend
    reading = closed || early.length > 0 || theirs === 'ended' ? 'catching up' : 'directly'
    if (!closed) carrier.read()
    if (reading === 'catching up') queueMicrotask(catchUp)
    // what comes later is dropped, so that the far end's end is still noticed
    return () => {
      reader = undefined
    }
  })

  const windUp = (): void => {
    if (closed) return
    endOurs()
    limit ??= setTimeout(() => carrier.destroy(), closeWithin)
  }

  const hangUp = (): void => {
    if (closed || hungUp) return
    hungUp = true
    queueMicrotask(() => {
      if (!closed && reader === undefined) carrier.discard()
      windUp()
    })
  }

  return {
    pipe: {
      end,
      incoming,
      outgoing,
      writable: writable.asObservable(),
      ...(secret === undefined ? {} : { secret }),
      ...about,
    },
    over$,
    hangUp,
    windUp,
  }
}

/** Emits a held pipe to the subscriber of a dialler, who then lives and ends with it. */
export const emitHeld = ({ pipe, over$, hangUp }: HeldPipe, subscriber: Subscriber<Pipe>): void => {
  subscriber.add(() => hangUp())
  subscriber.add(
    over$.subscribe({
      error: (error: unknown) => subscriber.error(error),
      complete: () => subscriber.complete(),
    }),
  )
  subscriber.next(pipe)
}
