import { InvalidKey, orNoUrl, readKey } from './key-text.js'

const inBase64url = (bytes: Uint8Array): string =>
  btoa(Array.from(bytes, byte => String.fromCharCode(byte)).join(''))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')

/** Where to connect, before the secret is added: the parts of a URL, none of them escaped. */
export interface Address {
  /** Names the transport, without a colon: `unix`, `npipe`, `tcp`, `ws`, `nats`, or one of your own. */
  readonly scheme: string
  /** Name or address of the machine; an IPv6 address without brackets. Empty where the scheme knows none. */
  readonly host?: string
  /** Port number. */
  readonly port?: number
  /** `unix`: the socket's absolute path; `npipe`: the pipe's name; `ws`: path and query; `nats`: the subject. */
  readonly path?: string
}

/** Escapes all that would end a path or be read as an escape; a slash stays. */
const escaped = (path: string): string => encodeURI(path).replaceAll('?', '%3F').replaceAll('#', '%23')

const urlOf = ({ scheme, host = '', port, path = '' }: Address): string => {
  const authority = (host.includes(':') ? `[${host}]` : host) + (port === undefined ? '' : `:${port}`)
  switch (scheme) {
    case 'unix':
      if (!path.startsWith('/')) throw new InvalidKey(`unix: needs an absolute path, and '${path}' is none`)
      return `unix://${escaped(path)}`
    case 'npipe':
      return `npipe://./pipe/${escaped(path)}`
    case 'ws':
    case 'wss':
      return `${scheme}://${authority}${path.startsWith('/') ? '' : '/'}${path}`
    default:
      return authority === ''
        ? `${scheme}:${escaped(path)}`
        : `${scheme}://${authority}${path === '' || path.startsWith('/') ? '' : '/'}${escaped(path)}`
  }
}

const addressOf = (url: URL): Address => {
  const scheme = url.protocol.slice(0, -1)
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  const port = url.port === '' ? {} : { port: Number(url.port) }
  const path = decodeURIComponent(url.pathname)
  switch (scheme) {
    case 'unix':
      if (host !== '') throw new InvalidKey('unix: names no machine; write unix:///path, with three slashes')
      if (!path.startsWith('/')) throw new InvalidKey('unix: needs an absolute path, as in unix:///run/kitchen.sock')
      return { scheme, path }
    case 'npipe':
      if (host !== '.' || !/^\/pipe\/./.test(path)) throw new InvalidKey('npipe: looks like npipe://./pipe/NAME')
      return { scheme, path: path.slice('/pipe/'.length) }
    case 'tcp':
      if (host === '' || url.port === '') throw new InvalidKey('tcp: needs a host and a port')
      return { scheme, host, ...port }
    case 'ws':
    case 'wss':
      return { scheme, host, ...port, path: url.pathname + url.search }
    case 'nats':
      if (host === '') throw new InvalidKey('nats: needs a host')
      return { scheme, host, ...port, path: path.slice(1) }
    default:
      return { scheme, ...(host === '' ? { path } : { host, ...port, path: path.slice(1) }) }
  }
}

/**
 * Where a listener can be reached, and the secret that proves the right to: immutable, and a URL when it travels.
 *
 * | transport | its key |
 * |---|---|
 * | unix socket | `unix:///run/user/1000/sluice-a1b2c3/pipe?secret=...` |
 * | named pipe | `npipe://./pipe/sluice-a1b2c3?secret=...` |
 * | TCP | `tcp://127.0.0.1:4711?secret=...` |
 * | WebSocket | `ws://127.0.0.1:4711/path?secret=...` |
 * | NATS | `nats://127.0.0.1:4222/subject?secret=...` |
 *
 * `secret` is the last parameter: at least 16 bytes (32 from `bind`) as base64url without padding (RFC 4648, section 5).
 * Any other scheme is kept as it is, for transports of your own. Whoever has the text may connect: hand it on by environment or by a
 * file that only its owner can read. `String(key)`, `JSON.stringify` and `toString` give the whole text;
 * Node's `util.inspect`, and so `console.log(key)`, leaves the secret out.
 *
 * @example
 * ```ts
 * bind().subscribe(door => writeFileSync('kitchen.key', String(door.key), { mode: 0o600 }))
 * dial(ConnectionKey.parse(readFileSync('kitchen.key', 'utf8').trim()))
 * ```
 */
export class ConnectionKey {
  readonly #url: string
  readonly #address: Address
  readonly #secret: Uint8Array

  private constructor(url: string, address: Address, secret: Uint8Array) {
    this.#url = url
    this.#address = Object.freeze(address)
    this.#secret = secret
    Object.freeze(this)
  }

  /**
   * Makes a key, as a listener does.
   *
   * @param address - where it listens
   * @param secret - at least 16 random bytes; copied
   * @throws {@link InvalidKey} when the address does not suit its scheme or the secret is too short
   */
  static of(address: Address, secret: Uint8Array): ConnectionKey {
    const url = urlOf(address)
    return ConnectionKey.parse(`${url}${url.includes('?') ? '&' : '?'}secret=${inBase64url(secret)}`)
  }

  /**
   * Reads what `String(key)` wrote.
   *
   * @throws {@link InvalidKey}, which says what is wrong
   */
  static parse(text: string): ConnectionKey {
    const { url, place, secret } = readKey(text)
    return new ConnectionKey(
      place,
      orNoUrl(() => addressOf(url)),
      secret,
    )
  }

  /** Names the transport, without a colon: `unix`. */
  get scheme(): string {
    return this.#address.scheme
  }

  /** Name or address of the machine, without brackets; empty where the scheme knows none. */
  get host(): string {
    return this.#address.host ?? ''
  }

  /** Port number, if the URL names one. */
  get port(): number | undefined {
    return this.#address.port
  }

  /** What {@link Address} says it is, unescaped. */
  get path(): string {
    return this.#address.path ?? ''
  }

  /** The URL without the secret: for messages, logs, and whoever connects by it. */
  get url(): string {
    return this.#url
  }

  /** The secret; a fresh copy each time, so that nobody changes the key's own. */
  get secret(): Uint8Array {
    return this.#secret.slice()
  }

  /** The whole key as a URL, secret included. */
  toString(): string {
    return `${this.#url}${this.#url.includes('?') ? '&' : '?'}secret=${inBase64url(this.#secret)}`
  }

  /** The same text as `String(key)`. */
  toJSON(): string {
    return this.toString()
  }

  /** What Node's `util.inspect` and `console.log` show: all but the secret. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return `ConnectionKey(${this.#url}, secret hidden)`
  }
}
