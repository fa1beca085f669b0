import type { IncomingMethods } from '../call/incoming-methods.js'

/** What stands behind the `incoming` of a peer. */
export interface Behind {
  readonly methods: IncomingMethods
  /** The names of its methods. */
  readonly names: ReadonlySet<string>
}

const key = Symbol('served')

/** Answers what is asked of a record with a property for each method, none of which is there before it is asked for. */
class Traps implements ProxyHandler<object> {
  constructor(private readonly served: Behind) {}

  get(target: object, name: PropertyKey): unknown {
    if (this.serves(name)) return this.served.methods.hub(name).calls$
    return name === key ? this.served : Reflect.get(target, name)
  }

  has(target: object, name: PropertyKey): boolean {
    return this.serves(name) || Reflect.has(target, name)
  }

  ownKeys(): string[] {
    return [...this.served.names]
  }

  getOwnPropertyDescriptor(target: object, name: PropertyKey): PropertyDescriptor | undefined {
    if (!this.serves(name)) return undefined
    return { value: this.get(target, name), enumerable: true, configurable: true }
  }

  private serves(name: PropertyKey): name is string {
    return typeof name === 'string' && this.served.names.has(name)
  }
}

/**
 * The `incoming` of a peer: the calls of each method, by its name.
 *
 * An Observable for each method and client is what most servers need none of: they hand a table to `serve`.
 */
export const incomingRecord = (served: Behind): object => new Proxy({}, new Traps(served))

/** What stands behind an `incoming`; `undefined` where that is any other record, a copy for one. */
export const servedBehind = (incoming: object): Behind | undefined => (incoming as { readonly [key]?: Behind })[key]
