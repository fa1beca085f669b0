import { PipeError } from '../../pipe/pipe-error.js'
import { listenTo } from '../listen-to.js'
import { type PortLike, saidIn } from '../message-port.js'
import { globals, type WindowLike } from './globals.js'

/**
 * What windows say to each other before there is a port between them.
 *
 * - `listening`: the window that accepts listens from now on
 * - `knock`: the window that dials asks whether the other listens; the answer is `here`
 * - `port`: comes with the port of a new pipe
 */
export type Greeting = 'listening' | 'knock' | 'here' | 'port'

/** Who a window talks to. */
export interface WindowPlace {
  /** The other window's page: `https://app.example`, as in `location.origin`. Whatever comes from elsewhere is passed over. */
  readonly origin: string
}

interface WindowMessage {
  readonly data: unknown
  readonly origin: string
  readonly source: unknown
  readonly ports: readonly PortLike[]
}

/** Fails unless it is the origin of one page: a wildcard would hand the pipe to whatever page is there. */
export const checkOrigin = (origin: string): void => {
  let isOrigin = false
  try {
    isOrigin = new URL(origin).origin === origin
  } catch {
    // no URL at all
  }
  if (!isOrigin) throw new PipeError('misused', `'${origin}' is no origin: name one, as in https://app.example`)
}

/** Says a greeting to a window, with a port if there is one. */
export const greet = (other: WindowLike, origin: string, greeting: Greeting, port?: PortLike): void =>
  other.postMessage({ sluice: greeting }, origin, port === undefined ? [] : [port])

/**
 * Listens for greetings of one window whose page has that origin.
 *
 * @param other - looked up at every message: the window of a frame may not be there yet
 */
export const onGreeting = (
  other: () => WindowLike | null | undefined,
  origin: string,
  take: (greeting: unknown, port: PortLike | undefined) => void,
): (() => void) =>
  listenTo(globals, 'message', (event: WindowMessage) => {
    const from = other()
    if (from === null || from === undefined || event.source !== from || event.origin !== origin) return
    take(saidIn(event.data), event.ports[0])
  })
