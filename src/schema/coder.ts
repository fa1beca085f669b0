import type { Reader } from '../protobuf/reader.js'
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
    let encode: Encode<unknown> | undefined
    let decode: Decode<unknown> | undefined
    // made when first used: an end that only calls a method never writes its answers
    return {
      encode: (value, writer) => {
        encode ??= this.encoder(type)
        encode(value, writer)
      },
      decode: reader => {
        decode ??= this.decoder(type, type)
        return decode(reader)
      },
    }
  }

  encoder(type: Type): Encode<unknown> {
    return guardEncode(type, this.#codegen?.encoder(type) ?? this.#encoders.topLevel(type))
  }

  /** Reads what a writer of another type wrote; the two must fit. */
  decoder(reader: Type, writer: Type, resolver = this.#resolver): Decode<unknown> {
    const plan = resolver.topLevel(reader, writer)
    const generate = this.#codegen?.decoder
    const strict =
      generate === undefined
        ? new DecodeClosures(strictly).topLevel(plan.message, plan.steps)
        : generate(plan.message, plan.steps)
    let loose: ReadFunction | undefined
    return guardDecode(reader, strict, bytes => {
      loose ??= new DecodeClosures(loosely).topLevel(plan.message, plan.steps)
      return loose(bytes, 0)
    })
  }
}

/** Turns whatever a write function throws into {@link InvalidValue}. */
export const guardEncode =
  (type: Type, write: WriteFunction): Encode<unknown> =>
  (value, writer) => {
    try {
      write(value, writer, 0)
    } catch (error) {
      const errors = error instanceof Mismatch && error.why === undefined ? explain(type, value) : []
      throw new InvalidValue(errors.length > 0 ? errors : explainWhy(type, value, error))
    }
  }

/** Turns whatever a read function throws into {@link InvalidValue}. */
export const guardDecode = (type: Type, read: ReadFunction, loosely: (reader: Reader) => unknown): Decode<unknown> => {
  const decode: Decode<unknown> = reader => {
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
        whyNot(type, error, () => loosely(reader)),
        'the bytes hold no value of the codec',
      )
    } finally {
      reader.len = len
    }
  }
  return decode
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
