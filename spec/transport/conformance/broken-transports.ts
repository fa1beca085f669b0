import { flow } from 'fp-ts/lib/function.js'
import {
  asapScheduler,
  BehaviorSubject,
  bufferCount,
  catchError,
  concat,
  concatMap,
  defer,
  delay,
  EMPTY,
  endWith,
  filter,
  finalize,
  map,
  mergeMap,
  NEVER,
  Observable,
  of,
  pairwise,
  ReplaySubject,
  share,
  Subject,
  takeWhile,
  tap,
} from 'rxjs'
import { memoryPair, memoryPipes, type Layer, type Pipe } from 'sluice'
import type { ByteRig } from 'sluice/testing'

type Bytes = Layer<Uint8Array, Uint8Array>

/** A transport that does not keep one of its promises, and cases that notice: of bytes, and with a peer at either end. */
export interface Broken {
  readonly rig: () => ByteRig
  readonly bytes: string
  readonly peers: string | undefined
}

/** A layer on each dialled pipe. */
const atDialler = (layer: Bytes) => (): ByteRig => {
  const { dial, pipes$ } = memoryPipes()
  return { dial: dial.pipe(map(layer)), pipes$ }
}

/** A layer on each accepted pipe. */
const atListener = (layer: Bytes) => (): ByteRig => {
  const { dial, pipes$ } = memoryPipes()
  return { dial, pipes$: pipes$.pipe(map(layer)) }
}

/** Another dialler in front of the pipes. */
const dialling = (change: (dial: Observable<Pipe>) => Observable<Pipe>) => (): ByteRig => {
  const { dial, pipes$ } = memoryPipes()
  return { dial: change(dial), pipes$ }
}

/** What comes in, as something makes of it. */
const hearing =
  (change: (incoming: Observable<Uint8Array>) => Observable<Uint8Array>): Bytes =>
  pipe => ({ ...pipe, incoming: change(pipe.incoming) })

/** What goes out, as something makes of it. */
const saying =
  (change: (outgoing: Observable<Uint8Array>) => Observable<Uint8Array>): Bytes =>
  pipe => {
    const outgoing = new Subject<Uint8Array>()
    change(outgoing).subscribe(pipe.outgoing)
    return { ...pipe, outgoing }
  }

/** All values but the last. */
const withoutLast = <T>(source$: Observable<T>): Observable<T> =>
  source$.pipe(
    map(value => ({ value })),
    endWith(undefined),
    pairwise(),
    mergeMap(([one, next]) => (one === undefined || next === undefined ? EMPTY : of(one.value))),
  )

/** Both ends by hand, delivered within the call of `next`. */
const reentrant = (): ByteRig => {
  const accepted$ = new Subject<Pipe>()
  return {
    dial: new Observable(subscriber => {
      const up = new Subject<Uint8Array>()
      const down = new Subject<Uint8Array>()
      const writable = new BehaviorSubject(true)
      const early = (from: Subject<Uint8Array>) => {
        const kept: Uint8Array[] = []
        const keeping = from.subscribe({ next: bytes => void kept.push(bytes), error: () => undefined })
        return new Observable<Uint8Array>(reader => {
          keeping.unsubscribe()
          for (const bytes of kept) reader.next(bytes)
          return from.subscribe(reader)
        })
      }
      const accepted: Pipe = { end: 'accepted', incoming: early(up), outgoing: down, writable, inProcess: true }
      subscriber.add(down.subscribe({ error: (error: unknown) => subscriber.error(error) }))
      accepted$.next(accepted)
      subscriber.next({ end: 'dialled', incoming: early(down), outgoing: up, writable, inProcess: true })
      return () => up.complete()
    }),
    pipes$: accepted$,
  }
}

/** Dials when it is made, not when it is subscribed to. */
const hot = (): ByteRig => {
  const pipes$ = new Subject<Pipe>()
  const { dialled, accepted, ended$ } = memoryPair()
  asapScheduler.schedule(() => pipes$.next(accepted), 5)
  return { dial: concat(of(dialled).pipe(delay(10)), ended$), pipes$ }
}

/** A listener that ends with the first of its pipes that breaks. */
const fragileListener = (): ByteRig => {
  const { dial, pipes$ } = memoryPipes()
  const broke$ = new Subject<Pipe>()
  const watched = (pipe: Pipe): Pipe => ({
    ...pipe,
    incoming: pipe.incoming.pipe(tap({ error: (error: unknown) => broke$.error(error) })),
  })
  return {
    dial,
    pipes$: new Observable(subscriber => {
      subscriber.add(broke$.subscribe(subscriber))
      subscriber.add(pipes$.pipe(map(watched)).subscribe(subscriber))
    }),
  }
}

/** Hands over one buffer again and again, with each time other bytes in it. */
const sharedBuffer: Bytes = hearing(incoming => {
  const shared = new Uint8Array(16 * 1024 * 1024)
  return incoming.pipe(
    map(bytes => {
      const part = shared.subarray(0, bytes.length)
      part.set(bytes)
      return part
    }),
    bufferCount(2),
    mergeMap(pair => pair),
  )
})

/** Its writer is told by an exception that the far end has gone. */
const deafAfterEnd: Bytes = pipe => {
  let gone = false
  class Throwing extends Subject<Uint8Array> {
    override next(bytes: Uint8Array): void {
      if (gone) throw new Error('nobody listens')
      super.next(bytes)
    }
  }
  const outgoing = new Throwing()
  outgoing.subscribe(pipe.outgoing)
  return { ...pipe, outgoing, incoming: pipe.incoming.pipe(finalize(() => (gone = true))) }
}

const every = (nth: number): (() => boolean) => {
  let count = 0
  return () => ++count % nth === 0
}

/** The layers that the broken transports are made with, doing no harm: who notices them notices nothing. */
export const whole = (): ByteRig => {
  const { dial, pipes$ } = memoryPipes()
  const harmless: Bytes = flow(
    hearing(incoming => incoming),
    saying(outgoing => outgoing),
  )
  return { dial: dial.pipe(map(harmless)), pipes$: pipes$.pipe(map(harmless)) }
}

/** What may be wrong with a transport, and who notices. */
export const broken: Readonly<Record<string, Broken>> = {
  'lets a chunk overtake the one before it': {
    rig: atDialler(
      hearing(incoming =>
        incoming.pipe(
          bufferCount(2),
          mergeMap(pair => pair.reverse()),
        ),
      ),
    ),
    bytes: 'carries bytes both ways at once, whole and in order',
    peers: 'calls: a request with nothing in it is answered with nothing',
  },
  'loses every fifth chunk': {
    rig: atDialler(
      hearing(incoming => {
        const isFifth = every(5)
        return incoming.pipe(filter(() => !isFifth()))
      }),
    ),
    bytes: 'carries bytes both ways at once, whole and in order',
    peers: 'streams: a stream of ten thousand items gives them all, in order',
  },
  'brings every fifth chunk twice': {
    rig: atDialler(
      hearing(incoming => {
        const isFifth = every(5)
        return incoming.pipe(mergeMap(bytes => (isFifth() ? [bytes, bytes] : [bytes])))
      }),
    ),
    bytes: 'carries bytes both ways at once, whole and in order',
    peers: 'streams: a stream of ten thousand items gives them all, in order',
  },
  'changes a byte of a long chunk': {
    rig: atDialler(
      hearing(incoming =>
        incoming.pipe(
          map(bytes => {
            if (bytes.length < 1_000) return bytes
            const changed = bytes.slice()
            changed[500]! ^= 1
            return changed
          }),
        ),
      ),
    ),
    bytes: 'carries bytes both ways at once, whole and in order',
    peers: 'calls: a request of 200,000 bytes is answered with as many',
  },
  'loses the last chunk before the end': {
    rig: atDialler(saying(withoutLast)),
    bytes: 'ends our half by itself when unsubscribed',
    peers: 'calls: a request with nothing in it is answered with nothing',
  },
  'loses what is still queued when it is unsubscribed': {
    rig: atDialler(saying(outgoing => outgoing.pipe(delay(15)))),
    bytes: 'brings what is said just before unsubscribing',
    peers: 'close: what was said just before hanging up arrives',
  },
  'never ends': {
    rig: atDialler(hearing(incoming => concat(incoming, NEVER))),
    bytes: 'ends one half and leaves the other open',
    peers: undefined,
  },
  'keeps its dialler alive after the end': {
    rig: dialling(dial => concat(dial, NEVER)),
    bytes: 'ends one half and leaves the other open',
    peers: 'close: the far end closes: calls that are open are answered, and the connection completes',
  },
  'says nothing of an abortion by the far end': {
    rig: dialling(dial =>
      dial.pipe(
        map(hearing(incoming => incoming.pipe(catchError(() => NEVER)))),
        catchError(() => NEVER),
      ),
    ),
    bytes: 'ends the reader when the accepted end aborts',
    peers: 'peer death: a death that the platform reports is noticed without a heartbeat, within a second or so',
  },
  'completes where it has failed': {
    rig: dialling(dial => dial.pipe(catchError(() => EMPTY))),
    bytes: 'fails the dialler with exactly the error that aborted the pipe, and ends the far end',
    peers: undefined,
  },
  'loses what came before its first reader': {
    rig: atDialler(pipe => {
      const heard = new Subject<Uint8Array>()
      pipe.incoming.subscribe(heard)
      return { ...pipe, incoming: heard }
    }),
    bytes: 'keeps what came before the first subscription to incoming',
    peers: undefined,
  },
  'takes an empty chunk for the end': {
    rig: atDialler(saying(outgoing => outgoing.pipe(takeWhile(bytes => bytes.length > 0)))),
    bytes: 'takes an empty chunk without harm',
    peers: undefined,
  },
  'takes the whole buffer for its view': {
    rig: atDialler(saying(outgoing => outgoing.pipe(map(({ buffer }) => new Uint8Array(buffer))))),
    bytes: 'brings any view of a buffer, and that alone',
    peers: 'calls: a request with nothing in it is answered with nothing',
  },
  'throws at who goes on talking when nobody listens': {
    rig: atListener(deafAfterEnd),
    bytes: 'suffers the far end to go on talking after we hung up',
    peers: undefined,
  },
  'lets in a second reader': {
    rig: atDialler(pipe => {
      const heard = new Subject<Uint8Array>()
      let reading = false
      return {
        ...pipe,
        incoming: new Observable(subscriber => {
          subscriber.add(heard.subscribe(subscriber))
          if (!reading) pipe.incoming.subscribe(heard)
          reading = true
        }),
      }
    }),
    bytes: 'refuses a second reader and says what to do',
    peers: undefined,
  },
  'delivers inside a call of next': {
    rig: reentrant,
    bytes: 'delivers nothing inside a call of next',
    peers: undefined,
  },
  'hands over a buffer that it uses again': {
    rig: atDialler(sharedBuffer),
    bytes: 'carries bytes both ways at once, whole and in order',
    peers: 'calls: a request with nothing in it is answered with nothing',
  },
  'ends both halves with one': {
    rig: atDialler(pipe => {
      pipe.outgoing.subscribe({ complete: () => ended$.next(), error: () => undefined })
      const ended$ = new Subject<void>()
      return {
        ...pipe,
        incoming: new Observable(subscriber => {
          subscriber.add(ended$.subscribe(() => subscriber.complete()))
          subscriber.add(pipe.incoming.subscribe(subscriber))
        }),
      }
    }),
    bytes: 'ends one half and leaves the other open',
    peers: undefined,
  },
  'says that it is the other end': {
    rig: atDialler(pipe => ({ ...pipe, end: 'accepted' })),
    bytes: 'says which end it is',
    peers: 'calls: a request with nothing in it is answered with nothing',
  },
  'is full for ever once it was full': {
    rig: atDialler(pipe => ({
      ...pipe,
      writable: pipe.writable.pipe(concatMap(writable => (writable ? of(true) : concat(of(false), NEVER)))),
    })),
    bytes: 'carries 8 MiB whole, and says when it is full and when it is not',
    peers: 'big messages: a message up to the limit comes whole, there and back',
  },
  'never says that it is full': {
    rig: atDialler(pipe => ({ ...pipe, writable: new BehaviorSubject(true) })),
    bytes: 'carries 8 MiB whole, and says when it is full and when it is not',
    peers: undefined,
  },
  'cuts a long chunk off': {
    rig: atDialler(hearing(incoming => incoming.pipe(map(bytes => bytes.subarray(0, 65_536))))),
    bytes: 'carries bytes both ways at once, whole and in order',
    peers: 'calls: a request of 200,000 bytes is answered with as many',
  },
  'holds a chunk back until the next one comes': {
    rig: atDialler(
      saying(outgoing =>
        outgoing.pipe(
          pairwise(),
          map(([before]) => before),
        ),
      ),
    ),
    bytes: 'dials anew with each subscription',
    peers: 'calls: a request with nothing in it is answered with nothing',
  },
  'is one pipe for all who dial': {
    rig: dialling(share({ connector: () => new ReplaySubject(1), resetOnRefCountZero: false })),
    bytes: 'dials anew with each subscription',
    peers: 'many clients: twenty-five connections at once are served each by itself',
  },
  'dials once and never again': {
    rig: dialling(dial => {
      let dialled = false
      return defer(() => {
        const again = dialled
        dialled = true
        return again ? NEVER : dial
      })
    }),
    bytes: 'dials anew with each subscription',
    peers: 'reconnect: the status tells of the break and of the return',
  },
  'dials when it is made': {
    rig: hot,
    bytes: 'does nothing before it is subscribed to',
    peers: 'many clients: connections after one another are served as the first was',
  },
  'stops listening when one client breaks': {
    rig: fragileListener,
    bytes: 'serves many clients at once, and outlives one that breaks',
    peers: 'many clients: a connection that breaks takes no other with it',
  },
}
