import { map, Observable, Subject } from 'rxjs'
import type { Layer, Transport } from '../../pipe/pipe.js'
import { same, sameBytes } from './check.js'
import { group } from './conformance-case.js'
import { allOf, oneOf, withFresh } from './connect.js'
import { joined } from '../joined.js'
import { patterned } from './patterned.js'
import { inOrder, numbered, producing } from './stream-cases.js'

type Bytes = Layer<Uint8Array, Uint8Array>

/** What comes in and what goes out, in other pieces. */
const cut =
  (into: (bytes: Uint8Array) => readonly Uint8Array[]): Bytes =>
  pipe => {
    const outgoing = new Subject<Uint8Array>()
    outgoing.subscribe({
      next: bytes => {
        for (const part of into(bytes)) pipe.outgoing.next(part)
      },
      error: (error: unknown) => pipe.outgoing.error(error),
      complete: () => pipe.outgoing.complete(),
    })
    return {
      ...pipe,
      outgoing,
      incoming: new Observable(subscriber =>
        pipe.incoming.subscribe({
          next: bytes => {
            for (const part of into(bytes)) subscriber.next(part)
          },
          error: (error: unknown) => subscriber.error(error),
          complete: () => subscriber.complete(),
        }),
      ),
    }
  }

/** Pieces of these sizes in turn, again and again. */
const pieces = (...sizes: readonly number[]): Bytes => {
  let turn = 0
  return cut(bytes => {
    const parts: Uint8Array[] = []
    for (let at = 0; at < bytes.length;) {
      const size = sizes[turn++ % sizes.length] as number
      parts.push(bytes.subarray(at, at + size))
      at += size
    }
    return parts
  })
}

/** What comes in within a turn of the event loop, as one piece. */
const gathered: Bytes = pipe => ({
  ...pipe,
  incoming: new Observable(subscriber => {
    let waiting: Uint8Array[] = []
    const hand = (then: () => void) => {
      const whole = joined(waiting)
      waiting = []
      if (whole.length > 0) subscriber.next(whole)
      then()
    }
    return pipe.incoming.subscribe({
      next: bytes => {
        waiting.push(bytes)
        if (waiting.length === 1) setTimeout(() => hand(() => undefined), 2)
      },
      error: (error: unknown) => setTimeout(() => hand(() => subscriber.error(error)), 2),
      complete: () => setTimeout(() => hand(() => subscriber.complete()), 2),
    })
  }),
})

/** A little of everything. */
const talkOver = (dial: Transport, layer: Bytes, message: number, items = 200): Promise<void> =>
  withFresh({ dial: dial.pipe(map(layer)) }, async ({ remote }) => {
    same(await oneOf(remote.say('ä€𝄞'), 'a text'), 'ä€𝄞', 'a text')
    const large = patterned(message, 2)
    const [back, produced, chat, { items: collected }] = await Promise.all([
      oneOf(remote.echo(large), 'a large message'),
      allOf(remote.produce(producing(items, { bytes: 10 })), 'a stream'),
      allOf(remote.converse(numbered(items)), 'a channel'),
      oneOf(remote.collect(numbered(items)), 'an upload'),
    ])
    sameBytes(back, large, 'a large message')
    inOrder(produced, items, 'a stream')
    inOrder(chat, items, 'a channel')
    same(collected, items, 'an upload')
  })

/** Frames are whole, however the bytes are cut. */
export const chunkingCases = group('chunking', [
  ['frames are whole when every byte comes alone', ({ dial }) => talkOver(dial, pieces(1), 3_000, 20)],
  [
    'frames are whole when the bytes are cut anywhere',
    ({ dial }) => talkOver(dial, pieces(2, 3, 1, 7, 13, 64, 5), 70_000, 50),
  ],
  ['frames are whole when they are cut behind their lengths', ({ dial }) => talkOver(dial, pieces(1, 4_096), 300_000)],
  ['frames are whole when many come at once', ({ dial }) => talkOver(dial, gathered, 300_000)],
  [
    'frames are whole with empty pieces between them',
    ({ dial }) =>
      talkOver(
        dial,
        cut(bytes => [new Uint8Array(0), bytes.subarray(0, 1), new Uint8Array(0), bytes.subarray(1)]),
        100_000,
      ),
  ],
])
