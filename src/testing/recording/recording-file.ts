import { sha256 } from '@noble/hashes/sha2.js'
import { Reader } from '../../protobuf/reader.js'
import { Writer } from '../../protobuf/writer.js'
import { readFrame, writeFrame } from '../../wire/frame-codec.js'
import type { Frame } from '../../wire/frame.js'
import { eachField } from '../../protobuf/message.js'
import { readSafeInteger, within } from '../../wire/call-frame-codec.js'
import {
  nothingLeftOut,
  RecordingError,
  type NotRecorded,
  type PipeEnd,
  type RecordedContract,
  type RecordedHalfEnd,
  type RecordedFrame,
  type RecordedPipe,
  type Recording,
} from './recording.js'

/** `sluiceR`, and the version of the format. */
const magic = Uint8Array.of(0x73, 0x6c, 0x75, 0x69, 0x63, 0x65, 0x52)
const version = 1
const headSize = magic.length + 1
const sealBytes = 16

/** Field numbers of `Record`, as tags. */
const tags = { about: 10, contract: 18, pipe: 26, said: 34, ended: 42, seal: 50 } as const

/** A frame as it is kept: its message without a length in front. */
export interface KeptFrame extends Omit<RecordedFrame, 'frame'> {
  readonly bytes: Uint8Array
}

/** A pipe whose frames are kept as bytes. */
export interface KeptPipe extends Omit<RecordedPipe, 'events'> {
  readonly events: readonly (KeptFrame | RecordedHalfEnd)[]
}

/** A recording whose frames are kept as bytes. */
export interface KeptRecording extends Omit<Recording, 'pipes'> {
  readonly pipes: readonly KeptPipe[]
}

/** A frame's message, without a length in front. */
export const frameBytes = (frame: Frame, writer: Writer = Writer.create()): Uint8Array => {
  const start = writer.pos
  writeFrame(frame, writer)
  let body = start
  while ((writer.buf[body] as number) > 127) body++
  const bytes = new Uint8Array(writer.buf.subarray(body + 1, writer.pos))
  writer.pos = start
  return bytes
}

const optional = (writer: Writer, tag: number, value: number): void => {
  if (value > 0) writer.uint32(tag).uint64(value)
}

const writeAbout = (writer: Writer, startedAt: number, { pipes, calls, frames, bytes }: NotRecorded): void => {
  writer.fork().uint32(tags.about).fork()
  optional(writer, 8, Math.max(0, Math.round(startedAt)))
  optional(writer, 16, pipes)
  optional(writer, 24, calls)
  optional(writer, 32, frames)
  optional(writer, 40, bytes)
  writer.ldelim().ldelim()
}

const writeContract = (writer: Writer, { contract, fingerprint, fileDescriptorSet }: RecordedContract): void => {
  writer.fork().uint32(tags.contract).fork()
  writer.uint32(10).string(contract).uint32(18).bytes(fingerprint).uint32(26).bytes(fileDescriptorSet)
  writer.ldelim().ldelim()
}

const writePipe = (writer: Writer, { end, at, resumes, events }: KeptPipe): void => {
  writer.fork().uint32(tags.pipe).fork()
  if (end === 'accepted') writer.uint32(8).bool(true)
  optional(writer, 16, at)
  if (resumes !== undefined) writer.uint32(24).uint32(resumes + 1)
  writer.ldelim().ldelim()
  let before = at
  for (const event of events) {
    writer
      .fork()
      .uint32('end' in event ? tags.ended : tags.said)
      .fork()
    optional(writer, 8, Math.max(0, event.at - before))
    if (event.by === 'accepted') writer.uint32(16).bool(true)
    if ('end' in event) {
      if (event.end === 'error') writer.uint32(24).bool(true)
    } else {
      writer.uint32(26).bytes(event.bytes)
      if (event.blanked === true) writer.uint32(32).bool(true)
    }
    writer.ldelim().ldelim()
    before = Math.max(before, event.at)
  }
}

/** Writes a recording whose frames are bytes already. */
export const writeKept = ({ startedAt, contracts, pipes, leftOut }: KeptRecording): Uint8Array => {
  const writer = Writer.create()
  for (const byte of [...magic, version]) writer.uint32(byte)
  writeAbout(writer, startedAt, leftOut)
  for (const contract of contracts) writeContract(writer, contract)
  for (const pipe of pipes) writePipe(writer, pipe)
  const digest = sha256(writer.buf.subarray(0, writer.pos)).subarray(0, sealBytes)
  writer.fork().uint32(tags.seal).fork().uint32(10).bytes(digest).ldelim().ldelim()
  return new Uint8Array(writer.finish())
}

/**
 * Writes a recording as a file.
 *
 * Records with their lengths in front, as frames travel: eight bytes say what it is, the last record is a digest of all
 * before it. A frame costs about eight bytes more than on the wire. `proto/sluice/v1/recording.proto` defines the records.
 */
export const writeRecording = (recording: Recording): Uint8Array =>
  writeKept({
    ...recording,
    pipes: recording.pipes.map(pipe => ({
      ...pipe,
      events: pipe.events.map(event => {
        if ('end' in event) return event
        const { frame, ...rest } = event
        return { ...rest, bytes: frameBytes(frame) }
      }),
    })),
  })

const endOf = (accepted: boolean): PipeEnd => (accepted ? 'accepted' : 'dialled')

const readAbout = (reader: Reader) => {
  let startedAt = 0
  const leftOut: { -readonly [K in keyof NotRecorded]: number } = { ...nothingLeftOut }
  eachField(reader, tag => {
    if (tag === 8) startedAt = readSafeInteger(reader, 'a time')
    else if (tag === 16) leftOut.pipes = readSafeInteger(reader, 'a count')
    else if (tag === 24) leftOut.calls = readSafeInteger(reader, 'a count')
    else if (tag === 32) leftOut.frames = readSafeInteger(reader, 'a count')
    else if (tag === 40) leftOut.bytes = readSafeInteger(reader, 'a count')
    else return false
    return true
  })
  return { startedAt, leftOut }
}

const readContract = (reader: Reader): RecordedContract => {
  let contract = ''
  let fingerprint: Uint8Array = new Uint8Array(0)
  let fileDescriptorSet: Uint8Array = new Uint8Array(0)
  eachField(reader, tag => {
    if (tag === 10) contract = reader.string()
    else if (tag === 18) fingerprint = reader.bytes()
    else if (tag === 26) fileDescriptorSet = reader.bytes()
    else return false
    return true
  })
  return { contract, fingerprint, fileDescriptorSet }
}

type Draft = Omit<RecordedPipe, 'events'> & { readonly events: (RecordedFrame | RecordedHalfEnd)[]; last: number }

const readPipe = (reader: Reader): Draft => {
  let accepted = false
  let at = 0
  let resumes = 0
  eachField(reader, tag => {
    if (tag === 8) accepted = reader.bool()
    else if (tag === 16) at = readSafeInteger(reader, 'a time')
    else if (tag === 24) resumes = reader.uint32()
    else return false
    return true
  })
  return { end: endOf(accepted), at, ...(resumes > 0 ? { resumes: resumes - 1 } : {}), events: [], last: at }
}

const readEvent = (reader: Reader, before: number, isEnd: boolean): RecordedFrame | RecordedHalfEnd | undefined => {
  let after = 0
  let accepted = false
  let frame: Frame | undefined
  let aborted = false
  let blanked = false
  eachField(reader, tag => {
    if (tag === 8) after = readSafeInteger(reader, 'a time')
    else if (tag === 16) accepted = reader.bool()
    else if (tag === 24 && isEnd) aborted = reader.bool()
    else if (tag === 26 && !isEnd) frame = within(reader, readFrame)
    else if (tag === 32) blanked = reader.bool()
    else return false
    return true
  })
  const said = { at: before + after, by: endOf(accepted) }
  if (isEnd) return { ...said, end: aborted ? 'error' : 'complete' }
  // a kind of frame that is newer than this version
  if (frame === undefined) return undefined
  return { ...said, frame, ...(blanked ? { blanked } : {}) }
}

/** The records of a file, one after the other, and what is wrong with them. */
class Records {
  private startedAt: number | undefined = undefined
  private leftOut = nothingLeftOut
  private readonly contracts: RecordedContract[] = []
  private readonly pipes: Draft[] = []
  private sealed = false

  /** @param digest - of all before a place in the file */
  constructor(private readonly digest: (end: number) => Uint8Array) {}

  take(reader: Reader, start: number): void {
    if (this.sealed) throw new Error('it goes on behind its last record')
    eachField(reader, tag => this.takeRecord(tag, reader, start))
  }

  done(): Recording {
    if (!this.sealed) throw new Error('its last record is missing')
    const { startedAt = 0, leftOut, contracts } = this
    return { startedAt, contracts, leftOut, pipes: this.pipes.map(({ last: _, ...pipe }) => pipe) }
  }

  private takeRecord(tag: number, reader: Reader, start: number): boolean {
    if (tag === tags.about) {
      const { startedAt, leftOut } = within(reader, readAbout)
      this.startedAt = startedAt
      this.leftOut = leftOut
    } else if (tag === tags.contract) this.contracts.push(within(reader, readContract))
    else if (tag === tags.pipe) {
      const pipe = within(reader, readPipe)
      if (pipe.resumes !== undefined && pipe.resumes >= this.pipes.length)
        throw new Error('a pipe goes on with a session that has not begun')
      this.pipes.push(pipe)
    } else if (tag === tags.said || tag === tags.ended) {
      const pipe = this.pipes.at(-1)
      if (pipe === undefined) throw new Error('a frame comes before its pipe')
      const event = within(reader, inner => readEvent(inner, pipe.last, tag === tags.ended))
      if (event === undefined) return true
      pipe.last = event.at
      pipe.events.push(event)
    } else if (tag === tags.seal) {
      const said = within(reader, readSeal)
      const found = this.digest(start)
      if (said.length !== found.length || said.some((byte, i) => byte !== found[i]))
        throw new Error('its digest is another: some of its bytes were changed')
      this.sealed = true
    } else return false
    return true
  }
}

const readSeal = (reader: Reader): Uint8Array => {
  let digest: Uint8Array = new Uint8Array(0)
  eachField(reader, tag => {
    if (tag !== 10) return false
    digest = reader.bytes()
    return true
  })
  return digest
}

const tellHead = (file: Uint8Array): void => {
  if (file.length < headSize || magic.some((byte, i) => file[i] !== byte))
    throw new RecordingError('this is no recording: a file that a Recorder made begins with "sluiceR"')
  const found = file[magic.length] as number
  if (found !== version)
    throw new RecordingError(`the recording is of version ${found}, and this reads ${version}: update the older one`)
}

/**
 * Reads a recording's file. Payloads are views of it.
 *
 * @throws {@link RecordingError} when it is none, or was cut short or changed
 */
export const readRecording = (file: Uint8Array): Recording => {
  tellHead(file)
  const records = new Records(end => sha256(file.subarray(0, end)).subarray(0, sealBytes))
  const reader = Reader.create(file)
  reader.pos = headSize
  let start = headSize
  try {
    while (reader.pos < file.length) {
      start = reader.pos
      reader.len = file.length
      const size = readSafeInteger(reader, 'a length')
      if (size > file.length - reader.pos) throw new Error('it ends in the middle of a record')
      reader.len = reader.pos + size
      records.take(reader, start)
    }
    return records.done()
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new RecordingError(
      `the recording is damaged at byte ${start} of ${file.length} (${why}): take another copy`,
      {
        cause: error,
      },
    )
  }
}
