import type { Coder, Decode, Encode } from './codec.js'
import { codegen, type Codegen } from './codegen.js'
import { absentMark, DecodeClosures, strictly, type Manner, type ReadFunction } from './decode-closure.js'
import { EncodeClosures, type WriteFunction } from './encode-closure.js'
import { explain, explainWhy, Undecodable } from './explain.js'
import { Fit } from './fit.js'
import { InvalidValue } from './invalid-value.js'
import { Mismatch } from './mismatch.js'
import { Resolver } from './resolve.js'
import type { StepType, Type } from './type.js'

/** How encoders and decoders are made. */
export interface CoderOptions {
  /**
   * `true` generates code, `false` makes closures; left out, Node and its kin generate where that is allowed and
   * browsers make closures, since even asking whether code may be generated is reported as a breach of their policy.
   * A bundle for browsers has nothing but closures
   */
  readonly codegen?: boolean
}

const closures =
  (manner: Manner): Codegen['decoder'] =>
  (message, steps) =>
    new DecodeClosures(manner).topLevel(message, steps)

/** Makes encoders and decoders of types that were derived together. */
export class CoderFactory {
  readonly options: CoderOptions
  readonly #encoders = new EncodeClosures()
  readonly #resolver = new Resolver(new Fit())

  constructor(options: CoderOptions = {}) {
    this.options = options
  }

  get #codegen(): Codegen | undefined {
    return (this.options.codegen ?? codegen?.allowed()) ? codegen : undefined
  }

  /** Both directions, for bytes of our own making. */
  coder(type: Type): Coder<unknown> {
    return { encode: this.encoder(type), decode: this.decoder(type, type) }
  }

  /**
   * Whatever a write function throws becomes {@link InvalidValue}.
   *
   * It is made when first used: an end that only calls a method never writes its answers.
   */
  encoder(type: Type): Encode<unknown> {
    let write: WriteFunction | undefined
    return (value, writer) => {
      write ??= this.#codegen?.encoder(type) ?? this.#encoders.topLevel(type)
      try {
        write(value, writer, 0)
      } catch (error) {
        const errors = error instanceof Mismatch && error.why === undefined ? explain(type, value) : []
        throw new InvalidValue(errors.length > 0 ? errors : explainWhy(type, value, error))
      }
    }
  }

  /**
   * Reads what a writer of another type wrote; the two must fit. Whatever a read function throws becomes {@link InvalidValue}.
   *
   * It is made when first used: a session that ends before has no use for it.
   */
  decoder(type: Type, writer: Type, resolver = this.#resolver): Decode<unknown> {
    const made = (make: Codegen['decoder']): ReadFunction => {
      const { message, steps } = resolver.topLevel(type, writer)
      return make(message, steps)
    }
    let read: ReadFunction | undefined
    let loose: ReadFunction | undefined
    const decode: Decode<unknown> = reader => {
      read ??= made(this.#codegen?.decoder ?? closures(strictly))
      const { pos, len } = reader
      try {
        return read(reader, 0)
      } catch (error) {
        reader.len = len
        reader.pos = pos
        if (reader.memory === 'borrowed') {
          // what is told of it may be kept
          reader.memory = 'lent'
          return decode(reader)
        }
        throw new InvalidValue(
          whyNot(type, error, () => (loose ??= made(closures(loosely)))(reader, 0)),
          'the bytes hold no value of the codec',
        )
      } finally {
        reader.len = len
      }
    }
    return decode
  }
}

const whyNot = (type: Type, error: unknown, read: () => unknown) => {
  if (error instanceof Mismatch && error.why === undefined)
    try {
      const errors = explain(type, read())
      if (errors.length > 0) return errors
    } catch {
      // bytes that are no message are told by the first error
    }
  return explainWhy(type, undefined, error)
}

// reads as much as there is, so that all that is wrong with it can be told
const loosely: Manner = {
  steps: (steps: readonly StepType[]) => {
    const vias = steps.filter(step => step.kind === 'via')
    if (vias.length === 0) return undefined
    return value => {
      let result = value
      for (const { codec, name } of vias) {
        const decoded = codec.decode(result)
        if (decoded._tag === 'Left') return new Undecodable(`expected ${name}`, decoded.left)
        result = decoded.right
      }
      return result
    }
  },
  missing: () => absentMark,
}
