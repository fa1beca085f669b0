import { ignoreElements, merge, mergeMap, type Observable, take, tap } from 'rxjs'
import { linear, type Peer, peer, type Pipe, reconnect, type Transport } from 'sluice'
import { dial, frameWindow, sharedWorker, spawnWorker, type WorkerLike } from 'sluice/browser'
import { conformanceContract } from 'sluice/testing'
import { dom, type Frame } from './dom.js'

type Contract = typeof conformanceContract
type Far = Peer<Contract, Contract>

/** How something ended, and after how many milliseconds. */
export interface Ending {
  readonly tag: string
  readonly why: string
  readonly message: string
  readonly ms: number
}

const both = { serves: conformanceContract, uses: conformanceContract } as const

const endless = { key: 'lab', items: -1, bytes: 0, source: 'timed', end: 'complete' } as const

const first = <T>(source: Observable<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    source.pipe(take(1)).subscribe({ next: resolve, error: reject })
  })

/** Waits for the end of a source, ten seconds at most. */
const ending = (source: Observable<unknown>): Promise<Ending> => {
  const since = performance.now()
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error('it did not end within ten seconds')), 10_000)
    const end = (error?: unknown): void => {
      clearTimeout(late)
      const { _tag = 'complete', why = '', message = '', cause } = (error ?? {}) as Record<string, string | undefined>
      const because = (cause as { readonly why?: string } | undefined)?.why
      resolve({ tag: _tag, why: because ?? why, message, ms: performance.now() - since })
    }
    source.subscribe({ error: end, complete: () => end() })
  })
}

const addFrame = (origin: string, page: string, parameters: Readonly<Record<string, string>> = {}): Frame => {
  const frame = dom.document.createElement('iframe')
  frame.src = `${origin}/${page}?${new URLSearchParams({ parent: dom.location.origin, ...parameters }).toString()}`
  dom.document.documentElement.append(frame)
  return frame
}

/** Waits until a page of the kind has been heard here. */
const shouts = (): Promise<void> =>
  new Promise(resolve => {
    dom.addEventListener('message', ({ data }) => {
      if (typeof data === 'object' && data !== null && 'from' in data) resolve()
    })
  })

const worker = (): WorkerLike => new dom.Worker('/worker.js', { type: 'module' })

/** Stays connected: `first` would hang up. */
const stay = (transport: Transport, options: Parameters<typeof peer>[0] = {}): Promise<Far> =>
  new Promise((resolve, reject) => {
    transport.pipe(peer({ ...options, ...both })).subscribe({ next: resolve, error: reject })
  })

/** Connects, and asks at once. */
const asked = async (transport: Transport): Promise<string> => first((await stay(transport)).remote.say('heard'))

const tab = (name: string): Transport =>
  sharedWorker(() => new dom.SharedWorker('/shared-worker.js', { type: 'module', name }))

const numbers: number[] = []
const statuses: string[] = []

/** What the spec has a page do. Each answers with plain data. */
export const lab = {
  /** Joins a shared worker, and has it note how this connection ends. */
  join: async (name: string, key: string, dialsAgain: boolean): Promise<void> => {
    const far = await stay(dialsAgain ? tab(name).pipe(reconnect(linear({ every: 20 }))) : tab(name), {
      heartbeat: false,
    })
    far.remote.farewell(key).subscribe()
    await first(far.remote.say('so it is noted'))
  },

  /** What a shared worker has noted under a key. */
  noted: async (name: string, key: string): Promise<readonly string[]> => {
    const far = await stay(tab(name))
    const { notes } = await first(far.remote.doings(key))
    await ending(far.close())
    return notes
  },

  /** A worker is terminated while a stream comes from it. */
  terminate: async (everyMs: number): Promise<Ending> => {
    const made = worker()
    const heartbeat = everyMs === 0 ? (false as const) : { everyMs, tolerance: 3 }
    const far = await stay(
      spawnWorker(() => made, { grace: 0 }),
      { heartbeat },
    )
    await first(far.remote.say('there?'))
    const end = ending(far.remote.produce(endless))
    made.terminate()
    return end
  },

  /** A frame is reloaded while a stream comes from it; then it is dialled again. */
  reload: async (origin: string, everyMs: number): Promise<Ending & { readonly again: string }> => {
    const frame = addFrame(origin, 'frame.html')
    const transport = frameWindow(frame, { origin })
    const heartbeat = everyMs === 0 ? (false as const) : { everyMs, tolerance: 3 }
    const far = await stay(transport, { heartbeat })
    await first(far.remote.say('there?'))
    const end = ending(far.remote.produce(endless))
    const address = frame.src
    frame.src = `${address}&again`
    const ended = await end
    const again = await stay(transport)
    return { ...ended, again: await first(again.remote.say('again')) }
  },

  /** A page that shouts whatever a frame may say is loaded from one place, and another is dialled. */
  shouted: async (from: string, dialled: string): Promise<Ending> => {
    const frame = addFrame(from, 'shouter.html')
    await shouts()
    return ending(frameWindow(frame, { origin: dialled, connectWithin: 500 }))
  },

  /** The frame that is dialled says nothing, another one of the same place shouts. */
  impostor: async (origin: string): Promise<Ending> => {
    const silent = addFrame(origin, 'idle.html')
    addFrame(origin, 'shouter.html')
    await shouts()
    return ending(frameWindow(silent, { origin, connectWithin: 500 }))
  },

  /** A frame that expects to be in a page of another origin. */
  mistaken: (origin: string): Promise<Ending> =>
    ending(
      frameWindow(addFrame(origin, 'frame.html', { parent: 'http://localhost:1' }), { origin, connectWithin: 1_000 }),
    ),

  /** The frame comes to listen long after it was dialled, and after its page was loaded. */
  late: (origin: string, afterMs: number): Promise<string> => {
    const frame = addFrame(origin, 'frame.html', { after: String(afterMs) })
    return asked(frameWindow(frame, { origin }))
  },

  /** The frame has listened for long when it is dialled. */
  early: async (origin: string): Promise<string> => {
    const frame = addFrame(origin, 'frame.html')
    await new Promise(resolve => setTimeout(resolve, 600))
    return asked(frameWindow(frame, { origin }))
  },

  noOrigin: (origin: string): Promise<Ending> =>
    ending(frameWindow(addFrame(dom.location.origin, 'frame.html'), { origin })),

  /** How long an array is for its writer, once it has been written to a worker. */
  lengthOnceWritten: async (transfer: boolean): Promise<number> => {
    const pipe = await new Promise<Pipe>((resolve, reject) => {
      spawnWorker(worker, { transfer }).subscribe({ next: resolve, error: reject })
    })
    const bytes = new Uint8Array(100_000)
    pipe.outgoing.next(bytes)
    pipe.outgoing.complete()
    return bytes.length
  },

  /** How many messages it takes to make calls within one turn, and how many to answer them. */
  messages: async (calls: number): Promise<{ readonly there: number; readonly back: number }> => {
    const made = worker()
    const post = made.postMessage.bind(made)
    let there = 0
    let back = 0
    made.postMessage = (message, transfer) => {
      there += 1
      post(message, transfer ?? [])
    }
    const far = await stay(
      spawnWorker(() => made),
      { heartbeat: false },
    )
    await first(far.remote.say('there?'))
    made.addEventListener?.('message', () => (back += 1))
    there = 0
    await Promise.all(Array.from({ length: calls }, (_, i) => first(far.remote.say(String(i)))))
    return { there, back }
  },

  /** A worker whose script is not there, or does not come to `fromHost`. */
  spawn: (script: string, connectWithin: number): Promise<Ending> =>
    ending(spawnWorker(() => new dom.Worker(script, { type: 'module' }), { connectWithin })),

  dial: (key: string): Promise<Ending> => ending(dial(key, { connectWithin: 3_000 })),

  /** Begins a stream over a WebSocket that is dialled again whenever it breaks. */
  stream: (key: string): Promise<void> => {
    dial(key)
      .pipe(
        reconnect(linear({ every: 50 })),
        peer(both),
        mergeMap(far =>
          merge(
            far.status$.pipe(
              tap(({ _tag }) => void statuses.push(_tag)),
              ignoreElements(),
            ),
            far.remote.produce(endless),
          ),
        ),
      )
      .subscribe({ next: ({ n }) => numbers.push(n), error: (error: unknown) => statuses.push(String(error)) })
    return Promise.resolve()
  },

  /** What a page hears that is put into the back/forward cache, and comes back. */
  putAside: async (): Promise<void> => {
    dom.dispatchEvent(Object.assign(new Event('pagehide'), { persisted: true }))
    await new Promise(resolve => setTimeout(resolve, 300))
    dom.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }))
  },

  /** What has come of it. */
  streamed: () => ({
    count: numbers.length,
    inOrder: numbers.every((n, i) => n === i),
    statuses: [...statuses],
  }),
}

Object.assign(globalThis, { lab })
