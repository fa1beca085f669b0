import test from 'ava'
import * as io from 'io-ts'
import {
  concatMap,
  count,
  EMPTY,
  firstValueFrom,
  lastValueFrom,
  map,
  mergeMap,
  NEVER,
  range,
  reduce,
  tap,
  timer,
  toArray,
} from 'rxjs'
import {
  bytes,
  contract,
  int32,
  memoryPipes,
  paced,
  peer,
  request,
  serve,
  stream,
  toReadableStream,
  upload,
  type AnswerOptions,
  type Peer,
  type Pipe,
} from 'sluice'
import { Lending } from '../../src/pipe/lending.js'

const KiB = 1024
const long = 1024 * KiB

const Chunks = contract('borrow.Chunks', {
  chunks: stream(int32, bytes),
  rest: stream(int32, bytes, { resumeFrom: count => count }),
  one: request(int32, bytes),
  echo: request(bytes, bytes),
  stuck: request(bytes, io.void),
  sent: upload(bytes, int32),
  held: upload(bytes, int32),
})

// memory that lies spare is the thread's: the tests take turns

/** So long that each is cut by the reads that it comes in, and another one lies whole in one. */
const chunk = (n: number, size = 60 * KiB): Uint8Array => new Uint8Array(size).fill(n)

const isChunk = (n: number, one: Uint8Array, size = 60 * KiB): boolean => Buffer.compare(one, chunk(n, size)) === 0

/** What comes is read into one buffer again and again, as a socket's is, which is written over in between. */
const lending = (pipe: Pipe): Pipe => {
  const room = new Uint8Array(200 * KiB)
  const incoming = new Lending((taker, mayLend) => {
    const reading = pipe.incoming.subscribe({
      next: said => {
        for (let at = 0; at < said.length; at += room.length) {
          const part = said.subarray(at, at + room.length)
          room.set(part)
          taker.next(mayLend ? room.subarray(0, part.length) : part.slice())
          room.fill(0xff)
        }
      },
      error: (error: unknown) => taker.error(error),
      complete: () => taker.complete(),
    })
    return () => reading.unsubscribe()
  })
  return { ...pipe, incoming }
}

/** A client that reads so, and a server that tells of each request where it lies. */
const meet = async <T>(
  use: (remote: Peer<typeof Chunks>['remote'], seen: readonly Uint8Array[]) => Promise<T>,
  options: AnswerOptions = {},
): Promise<T> => {
  const { dial, pipes$ } = memoryPipes()
  const seen: Uint8Array[] = []
  const kept = (one: Uint8Array) => void seen.push(one)
  const chunks = (count: number) => Array.from({ length: count }, (_, n) => chunk(n))
  const serving = pipes$
    .pipe(
      map(lending),
      peer({ serves: Chunks }),
      mergeMap(client =>
        serve(
          client,
          {
            chunks,
            rest: chunks,
            one: n => chunk(n, long),
            echo: sent => {
              seen.push(sent)
              return timer(1).pipe(map(() => sent)) // it lies there until then
            },
            stuck: sent => {
              seen.push(sent)
              return NEVER
            },
            sent: sent$ =>
              sent$.pipe(
                tap(kept),
                reduce((good, one, n) => good + Number(isChunk(n, one)), 0),
              ),
            held: sent$ => paced(sent$, one => timer(1).pipe(map(() => one)), 3).pipe(tap(kept), count()),
          },
          options,
        ),
      ),
    )
    .subscribe()
  const remote$ = dial.pipe(map(lending), peer({ uses: Chunks }))
  try {
    return await firstValueFrom(remote$.pipe(mergeMap(({ remote }) => use(remote, seen))))
  } finally {
    serving.unsubscribe()
  }
}

const buffersOf = (all: readonly Uint8Array[]): number => new Set(all.map(({ buffer }) => buffer)).size

test.serial('borrowed chunks are whole while they are handed over, and lie in a few buffers', async t => {
  const kept: Uint8Array[] = []
  let good = 0
  await meet(remote =>
    lastValueFrom(
      remote.chunks(40, { borrow: true }).pipe(
        tap(one => {
          good += Number(isChunk(kept.length, one))
          kept.push(one)
        }),
      ),
    ),
  )
  t.is(good, 40)
  t.true(buffersOf(kept) <= 4, `${buffersOf(kept)} buffers`)
  t.false(isChunk(0, kept[0] as Uint8Array)) // it has been used again
})

test.serial('chunks that are not borrowed have a buffer each, and never change', async t => {
  const kept = await meet(remote => lastValueFrom(remote.chunks(40).pipe(toArray())))
  t.is(buffersOf(kept), 40)
  t.true(kept.every((one, n) => isChunk(n, one)))
})

test.serial('who keeps what comes, while something is awaited, has bytes of its own, borrowed or not', async t => {
  const iterated = await meet(async remote => {
    const kept: Uint8Array[] = []
    for await (const one of remote.chunks(20, { borrow: true })) kept.push(one)
    return kept
  })
  const inTurn = await meet(remote =>
    lastValueFrom(paced(remote.chunks(20, { borrow: true }), one => timer(1).pipe(map(() => one)), 3).pipe(toArray())),
  )
  const read = await meet(async remote => {
    const kept: Uint8Array[] = []
    for await (const one of toReadableStream(
      remote.chunks(20, { borrow: true }),
    ) as unknown as AsyncIterable<Uint8Array>)
      kept.push(one)
    return kept
  })
  const resumable = await meet(remote => lastValueFrom(remote.rest(20, { borrow: true }).pipe(toArray())))
  for (const kept of [iterated, inTurn, read, resumable]) {
    t.is(kept.length, 20)
    t.true(kept.every((one, n) => isChunk(n, one)))
  }
})

const places = new WeakMap<ArrayBufferLike, number>()
let lastPlace = 0

/** A number for a buffer, which does not keep it. */
const placeOf = (buffer: ArrayBufferLike): number => {
  const place = places.get(buffer) ?? ++lastPlace
  places.set(buffer, place)
  return place
}

test.serial('a borrowed answer that comes in parts lies where the one before it lay', async t => {
  const taken = (borrow: boolean) =>
    meet(remote =>
      lastValueFrom(
        range(0, 12).pipe(
          concatMap(n =>
            remote.one(n, { borrow }).pipe(
              tap(one => t.true(isChunk(n, one, long))),
              map(({ buffer }) => placeOf(buffer)),
            ),
          ),
          toArray(),
        ),
      ),
    )
  const distinct = (places: readonly number[]): number => new Set(places).size
  // the engine may have taken one that lay spare
  t.true(distinct(await taken(true)) < 12)
  t.is(distinct(await taken(false)), 12)
})

test.serial('a borrowed request lies there until it is answered; another one lies there then', async t => {
  const echoes = (options: AnswerOptions) =>
    meet(async (remote, seen) => {
      for (let n = 0; n < 12; n++) t.true(isChunk(n, await lastValueFrom(remote.echo(chunk(n, long))), long))
      return buffersOf(seen)
    }, options)
  t.true((await echoes({ borrow: true })) < 12)
  t.is(await echoes({}), 12)
})

test.serial('a request that was given up is not written over: its handler may still be at it', async t => {
  await meet(
    async (remote, seen) => {
      await lastValueFrom(remote.stuck(chunk(1, long), { timeout: 200 }).pipe(map(() => EMPTY))).catch(() => undefined)
      for (let n = 2; n < 5; n++) await lastValueFrom(remote.echo(chunk(n, long)))
      t.true(isChunk(1, seen[0] as Uint8Array, long))
    },
    { borrow: true },
  )
})

test.serial('what a call does with borrowed chunks is nothing to another call beside it', async t => {
  await meet(async remote => {
    const kept$ = remote.chunks(30).pipe(toArray())
    const borrowed$ = remote.chunks(30, { borrow: true }).pipe(
      map((one, n) => isChunk(n, one)),
      toArray(),
    )
    const [kept, good] = await Promise.all([lastValueFrom(kept$), lastValueFrom(borrowed$)])
    t.true(kept.every((one, n) => isChunk(n, one)))
    t.true(good.every(Boolean))
  })
})

test.serial(
  'borrowed items of an upload are whole while they are handed over; a handler that is paced keeps them',
  async t => {
    const sent = Array.from({ length: 20 }, (_, n) => chunk(n))
    const seenOf = (method: 'sent' | 'held', options: AnswerOptions) =>
      meet(async (remote, seen) => {
        t.is(await lastValueFrom(remote[method](sent)), 20)
        return [...seen]
      }, options)
    t.true(buffersOf(await seenOf('sent', { borrow: true })) <= 4)
    for (const kept of [await seenOf('sent', {}), await seenOf('held', { borrow: true })]) {
      t.is(buffersOf(kept), 20)
      t.true(kept.every((one, n) => isChunk(n, one)))
    }
  },
)
