import { Observable } from 'rxjs'
import { PipeError } from '../../pipe/pipe-error.js'
import type { Transport } from '../../pipe/pipe.js'
import type { OpenCarrier } from '../carrier.js'
import { emitHeld, type HeldPipe, holdPipe } from '../hold-pipe.js'
import { listenTo } from '../listen-to.js'
import { type MessagePortOptions, portCarrier, type PortLike, saidIn } from '../message-port.js'
import { globals } from './globals.js'
import { awaitLifeLock, holdLifeLock } from './life-lock.js'
import { whenPageLeaves } from './page-leaves.js'

/** How long after the end of a page or worker its last messages may still arrive, in milliseconds. */
const lastWordsWithin = 50

/** How long after a port was closed it may still turn out that its page or worker has ended, in milliseconds. */
const verdictWithin = 200

/** What the two ends are to each other. */
export interface Bond {
  /** A worker is the far end, or this one: it is of the page's origin. */
  readonly worker?: boolean
  /** The far end is a worker of this page's own: it goes, and is put aside, together with this page. */
  readonly own?: boolean
  /** Called once this end has said `ready` to the far one, which waits for it: no end of this one goes unnoticed from now on. */
  readonly met?: () => void
}

/** What two ends that may die tell each other beside the pipe: `lock:NAME` to wait for, and `left`. */
const lockPrefix = 'lock:'

const exited = (): PipeError =>
  new PipeError('exited', 'the page or worker at the far end has ended: what was open over this pipe is lost')

/**
 * A port as a carrier whose far end may die without a word, as pages and workers do: it is told by the far end itself when its page is
 * left, by a Web Lock that the far end held while it lived, or not at all where there are none; then heartbeats tell.
 *
 * A page that is left ends the pipe for both; one that comes back from the back/forward cache finds it broken.
 */
export const mortalCarrier =
  (port: PortLike, options: MessagePortOptions = {}, { worker = false, own = false, met }: Bond = {}): OpenCarrier =>
  events => {
    let reason: PipeError | undefined
    let closed = false
    let over = false
    let farewell = false
    let theirLock: string | undefined
    let timer: ReturnType<typeof setTimeout> | undefined
    let waitNoMore = (): void => undefined

    const say = (what: string): void => {
      if (!over) port.postMessage({ sluice: what })
    }

    const settle = (error: PipeError | undefined): void => {
      if (over) return
      over = true
      clearTimeout(timer)
      waitNoMore()
      for (const undo of undoing) undo()
      events.closed(error)
    }

    const giveUp = (error: PipeError): void => {
      reason = error
      if (closed) settle(error)
      else carrier.destroy()
    }

    const wait = (): void => {
      if (theirLock === undefined) return
      waitNoMore = awaitLifeLock(theirLock, worker, () => {
        clearTimeout(timer)
        timer = setTimeout(() => giveUp(exited()), lastWordsWithin)
      })
    }

    const take = (value: unknown): void => {
      const said = saidIn(value)
      if (said === 'left') giveUp(exited())
      else if (said === 'gone') farewell = true
      else if (typeof said === 'string' && said.startsWith(lockPrefix) && theirLock === undefined) {
        theirLock = said.slice(lockPrefix.length)
        wait()
      }
    }

    const introduce = (name?: string): void => {
      if (over) return
      if (met !== undefined) say('ready')
      if (name !== undefined) say(lockPrefix + name)
      met?.()
    }

    const leave = (forGood: boolean): void => {
      // what is waited for would keep the page from being put aside
      if (own) return waitNoMore()
      say(forGood ? 'left' : 'gone')
      giveUp(new PipeError('reset', 'the page was left: dial again once it is shown'))
    }

    // ahead of the carrier, which is over once it has heard `gone`
    const undoing = [
      listenTo(port, 'message', take),
      whenPageLeaves(leave),
      own ? listenTo(globals, 'pageshow', wait) : holdLifeLock(introduce),
    ]
    const carrier = portCarrier(
      port,
      options,
    )({
      ...events,
      closed: error => {
        closed = true
        const mayHaveDied = reason === undefined && error?.why === 'reset' && theirLock !== undefined && !farewell
        if (mayHaveDied) timer = setTimeout(() => settle(error), verdictWithin)
        else settle(reason ?? error)
      },
    })
    return carrier
  }

/** {@link mortalCarrier} as a pipe. */
export const holdMortal = (port: PortLike, options: MessagePortOptions, bond?: Bond): HeldPipe =>
  holdPipe(mortalCarrier(port, options, bond), { end: 'dialled', ...options })

/**
 * `messagePort`, for ports whose far end is another page or a worker: its end is noticed.
 *
 * | what happens to the far end | how this end learns of it |
 * |---|---|
 * | its page is closed, reloaded or left | it says so; `PipeError`, `why: 'exited'` |
 * | it is terminated, or crashes | a Web Lock that it held, in 50 ms; `'exited'` |
 * | the same, but of another origin or in a page without Web Locks | browsers that tell of closed ports: `'reset'`; others: by the heartbeat of `peer` |
 * | its page is put into the back/forward cache | it says so; `'reset'`: it may come back |
 *
 * @param port - one end of a channel; the far end does the same with the other
 * @param options - `end` is `'dialled'` unless told
 */
export const mortalPort = (port: PortLike, options: MessagePortOptions = {}): Transport =>
  new Observable(subscriber => emitHeld(holdMortal(port, options), subscriber))
