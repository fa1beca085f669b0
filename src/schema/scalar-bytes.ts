import type { Reader, Writer } from 'protobufjs'
import {
  bigintOfBytes,
  bytesOfBigint,
  readBytes,
  readFixed64,
  readInt53,
  readInt64,
  readSfixed64,
  readSint64,
  readUint64,
  writeFixed64,
  writeInt53,
  writeSint64,
  writeVarint64,
} from './bytes-of.js'
import type { Scalar } from './type.js'

/** Writes a value that {@link holdsScalar} has let pass. */
export type WriteScalar = (writer: Writer, value: never) => void

const write = <A>(run: (writer: Writer, value: A) => unknown): WriteScalar => run as WriteScalar

/** How each scalar is written behind its tag. */
export const scalarWriters: Readonly<Record<Scalar, WriteScalar>> = {
  string: write<string>((w, v) => w.string(v)),
  bool: write<boolean>((w, v) => w.bool(v)),
  bytes: write<Uint8Array>((w, v) => w.bytes(v)),
  double: write<number>((w, v) => w.double(v)),
  float: write<number>((w, v) => w.float(v)),
  int32: write<number>((w, v) => w.int32(v)),
  uint32: write<number>((w, v) => w.uint32(v)),
  sint32: write<number>((w, v) => w.sint32(v)),
  fixed32: write<number>((w, v) => w.fixed32(v)),
  sfixed32: write<number>((w, v) => w.sfixed32(v)),
  int64: write<bigint>(writeVarint64),
  uint64: write<bigint>(writeVarint64),
  sint64: write<bigint>(writeSint64),
  fixed64: write<bigint>(writeFixed64),
  sfixed64: write<bigint>(writeFixed64),
  int53: write<number>(writeInt53),
  bigint: write<bigint>((w, v) => w.bytes(bytesOfBigint(v))),
}

/** How each scalar is read behind its tag. */
export const scalarReaders: Readonly<Record<Scalar, (reader: Reader) => unknown>> = {
  string: r => r.string(),
  bool: r => r.bool(),
  bytes: readBytes,
  double: r => r.double(),
  float: r => r.float(),
  int32: r => r.int32(),
  uint32: r => r.uint32(),
  sint32: r => r.sint32(),
  fixed32: r => r.fixed32(),
  sfixed32: r => r.sfixed32(),
  int64: readInt64,
  uint64: readUint64,
  sint64: readSint64,
  fixed64: readFixed64,
  sfixed64: readSfixed64,
  int53: readInt53,
  bigint: r => bigintOfBytes(readBytes(r)),
}
