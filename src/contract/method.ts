import * as t from 'io-ts'

/**
 * How many values go in and come out of a call.
 *
 * | kind | in | out |
 * |---|---|---|
 * | `request` | one | one |
 * | `stream` | one | many |
 * | `upload` | many | one |
 * | `channel` | many | many |
 * | `event` | one | none |
 */
export type MethodKind = 'request' | 'stream' | 'upload' | 'channel' | 'event'

/** What a method may say besides its codecs. */
export interface MethodOptions {
  /** calling it twice does what calling it once does, so a lost call may be sent again */
  readonly idempotent?: boolean
  /** longest a call may take, in milliseconds, unless the caller says otherwise; requests have 5,000, the others none */
  readonly timeout?: number
  /**
   * the first credit of a stream, unless the caller says otherwise; 256 items, which become up to 32,768 while a plain consumer
   * keeps up, and 1 MiB
   */
  readonly credit?: { readonly items?: number; readonly bytes?: number }
  /** of a stream: how to ask for the rest, given what was asked and the last item that came; see {@link StreamOptions} */
  readonly resumeFrom?: (request: never, last: never) => unknown
}

/** What a stream may say besides its codecs. */
export interface StreamOptions<In, Out> extends MethodOptions {
  /**
   * How to ask for the rest of a stream whose session was lost: it is then called again by itself, on the next session.
   * A stream of which nothing came yet is asked for as before.
   */
  readonly resumeFrom?: (request: In, last: Out) => In
}

/**
 * One method of a contract: what kind of call it is, and the codecs of what crosses.
 *
 * `E` is `never` and `failure` is `undefined` for a method that has no failure of its own.
 */
export interface Method<K extends MethodKind, In, Out, E> {
  readonly kind: K
  readonly input: t.Type<In, unknown, unknown>
  readonly output: t.Type<Out, unknown, unknown>
  readonly failure: [E] extends [never] ? undefined : t.Type<E, unknown, unknown>
  readonly options: MethodOptions
}

/** Any method. io-ts's codecs are invariant, so only `any` stands above all of them. */
export interface AnyMethod {
  readonly kind: MethodKind
  readonly input: t.Type<any, unknown, unknown>
  readonly output: t.Type<any, unknown, unknown>
  readonly failure: t.Type<any, unknown, unknown> | undefined
  readonly options: MethodOptions
}

/** The value, or the type of the many values, that a caller sends. */
export type InputOf<M> = M extends { readonly input: t.Type<infer In, any, any> } ? In : never

/** The value, or the type of the many values, that a handler answers with. */
export type OutputOf<M> = M extends { readonly output: t.Type<infer Out, any, any> } ? Out : never

/** The failure that a handler may answer with; `never` where the method has none. */
export type FailureOf<M> = M extends { readonly failure: t.Type<infer E, any, any> } ? E : never

/** The options of a method that answers; `failure` is the codec of its typed failures. */
export interface FailingOptions extends MethodOptions {
  readonly failure?: t.Mixed | undefined
}

type OptionsOf<K extends MethodKind, I extends t.Mixed, O extends t.Mixed> = K extends 'stream'
  ? StreamOptions<t.TypeOf<I>, t.TypeOf<O>>
  : Omit<MethodOptions, 'resumeFrom'>

type Maker<K extends MethodKind> = {
  <I extends t.Mixed, O extends t.Mixed>(
    input: I,
    output: O,
    options?: OptionsOf<K, I, O> & { readonly failure?: undefined },
  ): Method<K, t.TypeOf<I>, t.TypeOf<O>, never>
  <I extends t.Mixed, O extends t.Mixed, E extends t.Mixed>(
    input: I,
    output: O,
    options: OptionsOf<K, I, O> & { readonly failure: E },
  ): Method<K, t.TypeOf<I>, t.TypeOf<O>, t.TypeOf<E>>
}

const maker = <K extends MethodKind>(kind: K): Maker<K> => {
  const make = (input: t.Mixed, output: t.Mixed, options: FailingOptions = {}): AnyMethod => {
    const { failure, ...rest } = options
    return { kind, input, output, failure, options: rest }
  }
  return make as Maker<K>
}

/** One value in, one value out. */
export const request: Maker<'request'> = maker('request')

/** One value in, many out. */
export const stream: Maker<'stream'> = maker('stream')

/** Many values in, one out. */
export const upload: Maker<'upload'> = maker('upload')

/** Many values in, many out. */
export const channel: Maker<'channel'> = maker('channel')

/** One value in, nothing out: not even whether it arrived. What is done about it goes on when its sender is gone. */
export const event = <I extends t.Mixed>(
  input: I,
  options: MethodOptions = {},
): Method<'event', t.TypeOf<I>, void, never> => ({ kind: 'event', input, output: t.void, failure: undefined, options })
