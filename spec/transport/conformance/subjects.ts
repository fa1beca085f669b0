import { spawn as start } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { Socket } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'
import { MessageChannel, Worker } from 'node:worker_threads'
import { defer, Observable, ReplaySubject, share, type Subscription, switchMap, take } from 'rxjs'
import { onExit } from 'signal-exit'
import { memoryPipes, messagePort } from 'sluice'
import { ConnectionKey, dial, spawn, workerPipe, type SpawnOptions } from 'sluice/node'
import { serveConformance, type ConformanceSubject, type FarProgram } from 'sluice/testing'
import { farBundle, ownDirectory } from './far-bundle.js'

const within = memoryPipes()
let far: Subscription | undefined

/** Both ends in this program. */
export const memory: ConformanceSubject = {
  name: 'memory',
  can: new Set(['many clients', 'reconnect']),
  dial: defer(() => {
    far ??= within.pipes$.pipe(serveConformance()).subscribe()
    return within.dial
  }),
}

/** Ends the far one: it keeps sessions for far ends that may come back, and the process with them. */
export const endMemory = (): void => far?.unsubscribe()

const pids = new Set<number>()

const signal = (pid: number, name: NodeJS.Signals): void => {
  try {
    process.kill(pid, name)
  } catch {
    // it has ended
  }
}

onExit(() => pids.forEach(pid => signal(pid, 'SIGKILL')))

/** A far program is called `pid 123` by itself. */
const pidIn = (name: string): number => Number(name.replace('pid ', ''))

const verbs: Omit<FarProgram, 'dial'> = {
  kill: name => signal(pidIn(name), 'SIGKILL'),
  stop: name => signal(pidIn(name), 'SIGSTOP'),
  continue: name => signal(pidIn(name), 'SIGCONT'),
}

/** Where a listener is to be; its port, or path, is settled at its first start. */
type Kind = 'path' | 'tcp' | 'ws'

/** A listener in a process of its own, which is started again where it was whenever it has ended. */
const supervised = (kind: Kind): Observable<FarProgram> =>
  new Observable(subscriber => {
    const secret = randomBytes(32).toString('hex')
    const path = join(ownDirectory, `${randomBytes(6).toString('hex')}.sock`)
    let port = 0
    let key: string | undefined
    let pid = 0
    let over = false
    const begin = (): void => {
      const place = { path: { path }, tcp: { tcp: { port } }, ws: { ws: { port } } }[kind]
      const child = start(process.execPath, [farBundle, JSON.stringify({ ...place, secret })], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      // it ends with this process, and does not keep it
      child.unref()
      if (child.stdout instanceof Socket) child.stdout.unref()
      pid = child.pid ?? 0
      pids.add(pid)
      createInterface({ input: child.stdout }).once('line', line => {
        port = ConnectionKey.parse(line).port ?? 0
        const first = key === undefined
        key = line
        if (first) subscriber.next({ ...verbs, dial: defer(() => dial(line)) })
      })
      child.once('exit', () => {
        pids.delete(child.pid ?? 0)
        if (!over) begin()
      })
    }
    begin()
    return () => {
      over = true
      signal(pid, 'SIGKILL')
    }
  })

/** One program that all cases share, begun by the first of them, and one more for each case that ends it. */
const sharing = (spare: Observable<FarProgram>): Pick<ConformanceSubject, 'dial' | 'spare'> => {
  const shared$ = spare.pipe(share({ connector: () => new ReplaySubject(1), resetOnRefCountZero: false }))
  return {
    dial: shared$.pipe(
      take(1),
      switchMap(program => program.dial),
    ),
    spare,
  }
}

/** Listeners in processes of their own. */
const listening = (name: string, kind: Kind): ConformanceSubject => ({
  ...sharing(supervised(kind)),
  name,
  can: new Set(['many clients', 'reconnect', 'exit', 'kill', 'reports death', 'restart', 'stop']),
})

/** A unix socket. */
export const unixSocket = listening('unix socket', 'path')

/** TCP on the loopback. */
export const tcp = listening('loopback TCP', 'tcp')

/** A WebSocket server, and Node's client of it. */
export const webSocket = listening('WebSocket', 'ws')

/** Children: each connection has one of its own. */
const spawned = (name: string, options: SpawnOptions): ConformanceSubject => ({
  name,
  can: new Set(['exit', 'kill', 'reports death', 'restart', 'stop']),
  dial: spawn(process.execPath, { args: [farBundle], stdout: 'ignore', stderr: 'ignore', ...options }),
  ...verbs,
})

/** Descriptors that the child is born with. */
export const stdio = spawned('stdio', { via: 'stdio' })

/** Node's channel between parent and child. */
export const fork = spawned('fork', { via: 'fork' })

/** Threads: each connection has one of its own. */
export const spawnedThreads: ConformanceSubject = {
  name: 'worker_threads by spawn',
  can: new Set(['exit', 'reports death', 'restart']),
  dial: spawn(pathToFileURL(farBundle), { via: 'worker', stdout: 'ignore', stderr: 'ignore' }),
}

/** One thread for many connections, each by a channel of its own; it is started again whenever it has ended. */
const supervisedThread = new Observable<FarProgram>(subscriber => {
  let worker: Worker
  let over = false
  const begin = (): void => {
    worker = new Worker(farBundle, { argv: ['ports'], stdout: true, stderr: true })
    worker.unref()
    worker.once('exit', () => {
      if (!over) begin()
    })
  }
  begin()
  subscriber.next({
    dial: defer(() => {
      const { port1, port2 } = new MessageChannel()
      worker.postMessage(port2, [port2])
      return messagePort(port1)
    }),
    kill: () => void worker.terminate(),
  })
  return () => {
    over = true
    void worker.terminate()
  }
})

/** Ports into a thread that all cases share. */
export const portsIntoThread: ConformanceSubject = {
  ...sharing(supervisedThread),
  name: 'message ports into a worker thread',
  can: new Set(['many clients', 'reconnect', 'exit', 'kill', 'reports death', 'restart']),
}

const threads = new Map<string, Worker>()

/** The same, made by the spec itself, which can end them. */
export const ownThreads: ConformanceSubject = {
  name: 'worker_threads by workerPipe',
  can: new Set(['exit', 'kill', 'reports death', 'restart']),
  dial: new Observable(subscriber => {
    const worker = new Worker(farBundle, { stdout: true, stderr: true })
    const name = `thread ${worker.threadId}`
    threads.set(name, worker)
    subscriber.add(workerPipe(worker).subscribe(subscriber))
    // in order first, as its user would
    return () => {
      setTimeout(() => void worker.terminate(), 1_000)
      threads.delete(name)
    }
  }),
  kill: name => void threads.get(name)?.terminate(),
}

/** All of them. */
export const subjects: readonly ConformanceSubject[] = [
  memory,
  unixSocket,
  tcp,
  webSocket,
  stdio,
  fork,
  portsIntoThread,
  spawnedThreads,
  ownThreads,
]
