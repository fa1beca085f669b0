/**
 * Text of a function that is being generated, and the values that it refers to.
 *
 * Whatever does not come from this module, such as literals, predicates and codecs, is bound to a name rather than
 * printed; what is printed are numbers, and property keys of our own codecs as JSON.
 */
export class Source {
  readonly #names: string[] = []
  readonly #values: unknown[] = []
  readonly #known = new Map<unknown, string>()
  readonly #functions: string[] = []
  #next = 0

  /** The name of a value inside the generated code. */
  bind(value: unknown): string {
    const known = this.#known.get(value)
    if (known !== undefined) return known
    const name = this.fresh('c')
    this.#names.push(name)
    this.#values.push(value)
    this.#known.set(value, name)
    return name
  }

  /** A name that is not used yet. */
  fresh(prefix: string): string {
    this.#next += 1
    return `${prefix}${this.#next}`
  }

  /** Adds a function's text. */
  add(text: string): void {
    this.#functions.push(text)
  }

  /** Makes the functions, and gives the one of that name. */
  make(entry: string): unknown {
    const body = `'use strict'\n${this.#functions.join('\n')}\nreturn ${entry}`
    // the only place where code is generated: asked for by options, or found to be allowed, see codegenAllowed
    // eslint-disable-next-line @typescript-eslint/no-implied-eval -- see above: it holds numbers and our own keys
    const build = new Function(...this.#names, body) as (...values: unknown[]) => unknown
    return build(...this.#values)
  }
}

/** A number as it may be printed into generated code: whole and not negative, whoever it comes from. */
export const printNumber = (value: number): string => {
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`not a number for generated code: ${value}`)
  return String(value)
}

let allowed: boolean | undefined

/**
 * True where code may be generated without asking.
 *
 * Tried once, on Node, Deno and Bun only: in a browser even the attempt is reported as a breach of the page's policy.
 */
export const codegenAllowed = (): boolean => {
  allowed ??= isServer() && tryCodegen()
  return allowed
}

const isServer = (): boolean => {
  const { process } = globalThis as {
    readonly process?: { readonly versions?: { readonly node?: string }; readonly type?: string }
  }
  // Electron's renderer has a process too, and a page's policy
  return process?.versions?.node !== undefined && process.type !== 'renderer'
}

const tryCodegen = (): boolean => {
  try {
    // eslint-disable-next-line @typescript-eslint/no-implied-eval -- this is how one finds out
    return (new Function('return true') as () => boolean)()
  } catch {
    return false
  }
}
