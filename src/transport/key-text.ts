import { TaggedError } from '../error/tagged-error.js'

/** A text that should have been a {@link ConnectionKey} is none; the message says why and never holds the secret. */
export class InvalidKey extends TaggedError<'InvalidKey'> {
  constructor(reason: string) {
    super('InvalidKey', `not a connection key: ${reason}; pass on String(door.key) as it is`)
  }
}

/** Fewer bytes than this are no secret. */
export const shortestSecret = 16

const fromBase64url = (text: string): Uint8Array | undefined =>
  /^[\w-]+$/.test(text) && text.length % 4 !== 1
    ? Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), letter => letter.charCodeAt(0))
    : undefined

/** Makes something of a URL, or says that there is none. */
export const orNoUrl = <A>(make: () => A): A => {
  try {
    return make()
  } catch (error) {
    throw error instanceof InvalidKey ? error : new InvalidKey('it is no URL')
  }
}

/** What a key's text says, whatever its transport. */
export interface KeyText {
  readonly url: URL
  /** The URL as it was written. */
  readonly place: string
  readonly secret: Uint8Array
}

/**
 * Reads the text of a {@link ConnectionKey} as far as a dialler needs it that has one transport: a page that dials by WebSocket
 * loads no rules for others.
 *
 * @throws {@link InvalidKey}, which says what is wrong
 */
export const readKey = (text: string): KeyText => {
  // URL would drop a line break in silence, and two keys in one text would become one
  if (/\s/.test(text)) throw new InvalidKey('there is white space in it')
  const [, place, encoded] = /^(.*)[?&]secret=([^&#]*)$/.exec(text) ?? []
  if (place === undefined || encoded === undefined) throw new InvalidKey('it does not end with a secret parameter')
  const secret = fromBase64url(encoded)
  if (secret === undefined) throw new InvalidKey('its secret is not base64url')
  if (secret.length < shortestSecret)
    throw new InvalidKey(`its secret has ${secret.length} bytes, and ${shortestSecret} is the least`)
  return { url: orNoUrl(() => new URL(place)), place, secret }
}
