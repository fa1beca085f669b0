import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Subject } from './figure.js'
import type { Measured, Operation, Order, Report } from './messages.js'

/** A server and a client of one subject, running and connected. */
export interface Pair {
  /** Warms both up, and finds how often the operation fits into the duration. */
  readonly prepare: (operation: Operation, durationMs: number) => Promise<number>
  /** Does it so often; `cpuUs` is that of both processes. */
  readonly run: (operation: Operation, count: number) => Promise<Measured>
  /** Bytes in use by the server once all that can be freed is: on the heap, and in buffers outside of it. */
  readonly heap: () => Promise<{ readonly heap: number; readonly buffers: number }>
  readonly stop: () => Promise<void>
}

/** Longest time that a process may take to answer, in milliseconds. */
const patienceMs = 60_000

/** How the processes of a subject are started: source maps would lie on the heap of each, which is part of what is measured. */
export const nodeFlags: readonly string[] = ['--no-enable-source-maps']

const canPin = process.platform === 'linux' && spawnSync('taskset', ['-c', '0', 'true']).status === 0

/**
 * Starts the two processes of a subject.
 *
 * @param subject - whose
 * @param oneCore - both on the first core, where the system has `taskset`: latency over two cores is luck
 */
export const startPair = async (subject: Subject, oneCore: boolean): Promise<Pair> => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-'))
  const children: ChildProcess[] = []
  const start = async (file: string, argument: string) => {
    const node = [process.execPath, ...nodeFlags, file, argument]
    const [command = '', ...args] = oneCore && canPin ? ['taskset', '-c', '0', ...node] : node
    const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    children.push(child)
    return { child, ready: await answer(child, 'Ready', subject.name) }
  }
  const stop = async () => {
    for (const child of [...children].reverse()) {
      if (child.exitCode !== null || child.signalCode !== null) continue
      const ended = new Promise(settle => child.once('exit', settle))
      const late = setTimeout(() => child.kill('SIGKILL'), 2_000)
      if (child.connected) child.send({ _tag: 'Stop' } satisfies Order)
      await ended
      clearTimeout(late)
    }
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    const server = subject.server === undefined ? undefined : await start(subject.server, join(folder, 's'))
    const client = await start(subject.client, server?.ready.address ?? '')
    const serverCpu = async () =>
      server === undefined ? 0 : (await ask(server.child, { _tag: 'Cpu' }, 'Cpu', subject.name)).us
    return {
      prepare: async (operation, durationMs) =>
        (await ask(client.child, { _tag: 'Prepare', operation, durationMs }, 'Prepared', subject.name)).count,
      run: async (operation, count) => {
        const before = await serverCpu()
        const measured = await ask(client.child, { _tag: 'Run', operation, count }, 'Measured', subject.name)
        const servingCpuUs = (await serverCpu()) - before
        return { ...measured, cpuUs: measured.cpuUs + servingCpuUs, servingCpuUs }
      },
      heap: async () => {
        if (server === undefined) throw new Error(`${subject.name} has no server process`)
        return ask(server.child, { _tag: 'Heap' }, 'Heap', subject.name)
      },
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

type Tagged<Tag extends Report['_tag']> = Extract<Report, { readonly _tag: Tag }>

const ask = <Tag extends Report['_tag']>(
  child: ChildProcess,
  order: Order,
  expected: Tag,
  subject: string,
): Promise<Tagged<Tag>> => {
  const answered = answer(child, expected, subject)
  child.send(order)
  return answered
}

const answer = <Tag extends Report['_tag']>(
  child: ChildProcess,
  expected: Tag,
  subject: string,
): Promise<Tagged<Tag>> =>
  new Promise((resolve, reject) => {
    const fail = (why: string) => settle(() => reject(new Error(`${subject}: ${why}`)))
    const message = (report: Report) => {
      if (report._tag === expected) settle(() => resolve(report as Tagged<Tag>))
      else fail(report._tag === 'Failed' ? report.message : `said ${report._tag} where ${expected} was due`)
    }
    const exit = (code: number | null) => fail(`a process ended early, with ${code ?? 'a signal'}: see its stderr`)
    const timer = setTimeout(() => fail(`no ${expected} within ${patienceMs} ms`), patienceMs)
    const settle = (how: () => void) => {
      clearTimeout(timer)
      child.off('message', message).off('exit', exit)
      how()
    }
    child.on('message', message).on('exit', exit)
  })
