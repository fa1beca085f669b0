import { merge, NEVER, Observable } from 'rxjs'
import { dial, frameWindow, sharedWorker, spawnWorker, type WorkerLike } from 'sluice/browser'
import {
  byteCases,
  casesFor,
  conformanceCases,
  type ByteRig,
  type Capability,
  type ConformanceSubject,
  type FarProgram,
} from 'sluice/testing'
import { capabilities, type rigNames, type SubjectName } from '../subjects.js'
import { aloud, fromBytes, inBytes } from './aside.js'
import { dom, type Frame } from './dom.js'
import { seen, type Aside } from './mirror.js'

let count = 0
const fresh = (what: string): string => `${what}-${Math.random().toString(36).slice(2)}-${(count += 1)}`

/** Where the far ends are that are not in this browser. */
export interface Places {
  /** Another origin that has the same pages. */
  readonly elsewhere: string
  /** Key of a WebSocket listener. */
  readonly conformanceKey: string
  /** Where one gets a listener of one's own, and is told aside of its pipes. */
  readonly byteAside: string
}

const can = (name: SubjectName): ReadonlySet<Capability> => new Set(capabilities[name])

const workers = new Map<string, WorkerLike>()

const ownWorker = (): WorkerLike => {
  const name = fresh('worker')
  const worker = new dom.Worker('/worker.js', { type: 'module', name })
  workers.set(name, worker)
  return worker
}

const tabOf = (name: string, aside = '') =>
  sharedWorker(() => new dom.SharedWorker(`/shared-worker.js?aside=${aside}`, { type: 'module', name }))

const addFrame = (origin: string, parameters: Readonly<Record<string, string>>): Frame => {
  const frame = dom.document.createElement('iframe')
  const query = new URLSearchParams({ parent: dom.location.origin, ...parameters })
  frame.src = `${origin}/frame.html?${query.toString()}`
  dom.document.documentElement.append(frame)
  return frame
}

/** A frame that one case may end. */
const spareFrame = (origin: string): Observable<FarProgram> =>
  new Observable(subscriber => {
    const frame = addFrame(origin, {})
    subscriber.next({ dial: frameWindow(frame, { origin }), kill: () => frame.remove() })
    return () => frame.remove()
  })

const frameSubject = (name: SubjectName, origin: string): ConformanceSubject => ({
  name,
  dial: frameWindow(addFrame(origin, {}), { origin }),
  can: can(name),
  spare: spareFrame(origin),
})

const subjects = ({ elsewhere, conformanceKey }: Places): readonly ConformanceSubject[] => [
  {
    name: 'Worker',
    dial: spawnWorker(ownWorker),
    can: can('Worker'),
    kill: name => workers.get(name)?.terminate(),
  },
  {
    name: 'SharedWorker',
    dial: tabOf(fresh('shared')),
    can: can('SharedWorker'),
    spare: new Observable(subscriber => subscriber.next({ dial: tabOf(fresh('spare')) })),
  },
  frameSubject('iframe', dom.location.origin),
  frameSubject('iframe of another origin', elsewhere),
  { name: 'WebSocket', dial: dial(conformanceKey), can: can('WebSocket') },
]

/** A listener of one's own elsewhere: its key is the first that is told. */
const bySocket = (url: string): Observable<ByteRig> =>
  new Observable(subscriber => {
    const socket = new dom.WebSocket(url)
    socket.binaryType = 'arraybuffer'
    const takers = new Set<Parameters<Aside['listen']>[0]>()
    const aside: Aside = {
      post: message => socket.send(inBytes(message)),
      listen: take => {
        takers.add(take)
        return () => takers.delete(take)
      },
    }
    const pipes$ = seen(aside)
    aside.listen(([, what, key]) => {
      if (what === 'key') subscriber.next({ dial: dial(key as string), pipes$ })
    })
    socket.addEventListener('message', ({ data }) => {
      for (const take of takers) take(fromBytes(new Uint8Array(data)))
    })
    return () => socket.close()
  })

const rigs = ({ byteAside }: Places): Readonly<Record<(typeof rigNames)[number], Observable<ByteRig>>> => ({
  Worker: new Observable(subscriber => {
    const channel = fresh('worker')
    subscriber.next({
      dial: spawnWorker(() => new dom.Worker(`/worker.js?aside=${channel}`, { type: 'module' }), { closeWithin: 300 }),
      pipes$: seen(aloud(channel)),
    })
  }),
  SharedWorker: new Observable(subscriber => {
    const channel = fresh('shared')
    subscriber.next({ dial: tabOf(channel, channel), pipes$: seen(aloud(channel)) })
  }),
  iframe: new Observable(subscriber => {
    const channel = fresh('frame')
    const { origin } = dom.location
    const frame = addFrame(origin, { aside: channel })
    subscriber.next({ dial: frameWindow(frame, { origin }), pipes$: seen(aloud(channel)) })
    return () => frame.remove()
  }),
  WebSocket: bySocket(byteAside),
})

/** What the spec calls in the page. */
export interface Host {
  readonly start: (places: Places) => void
  readonly call: (subject: SubjectName, at: number) => Promise<void>
  readonly bytes: (rig: SubjectName, at: number) => Promise<void>
}

let placed: { readonly subjects: readonly ConformanceSubject[]; readonly rigs: ReturnType<typeof rigs> } | undefined

const host: Host = {
  start: places => {
    placed = { subjects: subjects(places), rigs: rigs(places) }
  },
  call: async (name, at) => {
    const subject = placed?.subjects.find(one => one.name === name)
    if (subject === undefined) throw new Error(`no subject ${name}`)
    await casesFor(subject, conformanceCases).cases[at]?.run(subject)
  },
  bytes: async (name, at) => {
    const rig$ = placed?.rigs[name as keyof ReturnType<typeof rigs>]
    if (rig$ === undefined) throw new Error(`no rig ${name}`)
    await byteCases[at]?.run(merge(rig$, NEVER))
  },
}

Object.assign(globalThis, { host })
