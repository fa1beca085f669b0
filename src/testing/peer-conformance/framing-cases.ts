import { check, same, sameBytes } from '../conformance/check.js'
import { patterned } from '../conformance/patterned.js'
import { bytesOf, framed, unknownFields, written } from './bytes-of.js'
import { openFrame } from '../open-frame.js'
import { peerGroup } from './peer-conformance-case.js'
import type { PeerTalk } from './peer-talk.js'
import { onPipe, session, withPipe } from './with-peer.js'

const violation = (bytes: Uint8Array) =>
  session(async ({ far }) => {
    far.sayBytes(bytes)
    await far.leaves('VIOLATION')
  })

/** A length alone: nothing comes behind it. */
const length = (bytes: number): Uint8Array => written(writer => writer.uint32(bytes))

/** Says all that this end says in pieces of so many bytes. */
const inPieces = (talk: PeerTalk, size: number): void => {
  const { far } = talk
  const whole = far.sayBytes.bind(far)
  far.sayBytes = bytes => {
    for (let at = 0; at < bytes.length; at += size) whole(bytes.slice(at, at + size))
  }
}

const cut = (size: number) =>
  onPipe(async talk => {
    inPieces(talk, size)
    await talk.begin()
    const sent = patterned(300)
    sameBytes((await talk.answer(talk.call('echo', sent), 'echo')) as Uint8Array, sent, 'an echo')
  })

/** Bytes to frames: wherever they are cut, and whatever they hold. */
export const framingCases = peerGroup('Framing', [
  ['reads frames that come byte by byte', cut(1)],
  ['reads frames that are cut in the middle', cut(7)],
  [
    'reads many frames that come as one',
    session(async talk => {
      const { far } = talk
      const say = far.sayBytes.bind(far)
      const held: Uint8Array[] = []
      far.sayBytes = bytes => void held.push(bytes)
      const calls = Array.from({ length: 20 }, (_, i) => talk.call('echo', patterned(i)))
      far.sayBytes = say
      say(written(writer => held.forEach(bytes => writer.raw(bytes))))
      for (const [i, id] of calls.entries())
        sameBytes((await talk.answer(id, 'echo')) as Uint8Array, patterned(i), `echo ${i}`)
    }),
  ],
  [
    'reads a length that is padded to five bytes',
    session(async ({ far }) => {
      far.sayBytes(Uint8Array.of(0x85, 0x80, 0x80, 0x80, 0, 0xa2, 0x01, 2, 8, 9))
      same((await far.hears('Pong')).token, 9, 'the token of a Pong')
    }),
  ],
  [
    'passes over lengths of 0',
    session(async talk => {
      talk.far.sayBytes(new Uint8Array(3))
      await talk.serves()
    }),
  ],
  ['takes a length of six bytes for a violation', violation(Uint8Array.of(0x80, 0x80, 0x80, 0x80, 0x80, 0))],
  [
    'takes a length over its limit for a violation, by its number alone',
    session(async ({ far, theirs }) => {
      far.sayBytes(length(theirs.limits.frameBytes + 1))
      await far.leaves('VIOLATION')
    }),
  ],
  [
    'takes a length over 1 MiB for a violation while nothing is proved, and over its own limit if that is less',
    onPipe(async ({ far }) => {
      far.sayBytes(length(1024 * 1024 + 1))
      await far.leaves('VIOLATION')
    }),
  ],
  [
    'takes in a frame of exactly its limit, if that is no more than 1 MiB',
    session(async talk => {
      const { frameBytes } = talk.theirs.limits
      if (frameBytes > 1024 * 1024) return
      const filler = new Uint8Array(frameBytes - 6)
      const whole = written(writer => writer.uint32(900 * 8 + 2).bytes(filler))
      const size = frameBytes - whole.length
      check(size >= 0, 'the filler is too long')
      talk.far.sayBytes(framed(writer => writer.uint32(900 * 8 + 2).bytes(new Uint8Array(filler.length + size))))
      await talk.serves()
    }),
  ],
  ['takes bytes that are no protobuf for a violation', violation(Uint8Array.of(3, 0xff, 0xff, 0xff))],
  ['takes a message that is longer than its frame for a violation', violation(Uint8Array.of(3, 0xa2, 0x01, 9))],
  [
    'takes a call that stands behind its kind for a violation',
    violation(framed(writer => writer.uint32(58).bytes(new Uint8Array()).uint32(8).uint32(1))),
  ],
  ['takes a call of 0 for a violation', violation(framed(writer => writer.uint32(8).uint32(0).uint32(58).uint32(0)))],
  [
    'takes a call of 2^53 for a violation',
    violation(framed(writer => writer.uint32(8).halves(0x20_0000, 1).uint32(58).uint32(0))),
  ],
  [
    'passes over kinds of frames that it does not know, with or without a call',
    session(async talk => {
      talk.far.sayBytes(framed(unknownFields))
      talk.far.sayBytes(framed(writer => unknownFields(writer.uint32(8).uint32(999))))
      await talk.serves()
    }),
  ],
  [
    'passes over fields of frames that it does not know',
    session(async talk => {
      const open = written(writer => {
        unknownFields(writer)
        writer
          .uint32(8)
          .uint32(talk.position('echo'))
          .uint32(42)
          .bytes(talk.payload('echo', patterned(9)))
        unknownFields(writer)
      })
      const id = talk.call('echo', patterned(3))
      await talk.answer(id, 'echo')
      const next = talk.nextId()
      const frame = framed(writer => {
        writer.uint32(8).uint32(next).uint32(18).bytes(open)
        unknownFields(writer)
      })
      talk.far.referee?.say(openFrame(next, talk.position('echo')))
      talk.far.sayBytes(frame)
      sameBytes((await talk.answer(next, 'echo')) as Uint8Array, patterned(9), 'an echo')
    }),
  ],
  [
    'passes over fields of a payload that it does not know',
    session(async talk => {
      const payload = written(writer => {
        unknownFields(writer)
        writer.raw(talk.payload('echo', patterned(9)))
      })
      const id = talk.nextId()
      talk.far.say(openFrame(id, talk.position('echo'), payload))
      sameBytes((await talk.answer(id, 'echo')) as Uint8Array, patterned(9), 'an echo')
    }),
  ],
  [
    'takes the last of two kinds in one frame, and the last of a field that comes twice',
    session(async ({ far }) => {
      far.sayBytes(
        framed(writer =>
          writer
            .uint32(162)
            .bytes(Uint8Array.of(8, 1))
            .uint32(162)
            .bytes(Uint8Array.of(8, 2, 8, 3)),
        ),
      )
      same((await far.hears('Pong')).token, 3, 'the token of a Pong')
      await far.settles()
    }),
  ],
  [
    'ends when bytes end in the middle of a frame',
    async subject =>
      withPipe(subject, async talk => {
        await talk.begin()
        talk.far.sayBytes(bytesOf({ _tag: 'Ping', token: 1 }).slice(0, 2))
        talk.far.endHalf()
        await talk.far.isGone()
      }),
  ],
])
