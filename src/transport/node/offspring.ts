import { type Observable, ReplaySubject } from 'rxjs'
import type { ChildProcess } from 'node:child_process'
import { PipeError } from '../../pipe/pipe-error.js'
import { Exited } from './exited.js'
import { undoAtExit } from './leave-nothing.js'

/** What was started: a process or a thread. */
export interface Offspring {
  /** Emits how it ended, once, and completes; fails with `PipeError` when it could not be started. Replays. */
  readonly exit$: Observable<Exited>
  /** Asks it to end: SIGTERM, or what comes nearest. */
  readonly terminate: () => void
  /** Ends it: SIGKILL, or what comes nearest. */
  readonly kill: () => void
  /** Leaves it to end by itself, even when this process ends first. */
  readonly release: () => void
}

/** Bytes of stderr that are kept. */
const tailLength = 4_096

/** How long stderr may take to be read after the exit, in milliseconds: somebody else may hold it open. */
const stderrWithin = 100

/** Keeps the end of what a child says on stderr, and passes all of it on unless told to keep it to itself. */
const tailOf = (child: ChildProcess, passOn: boolean): (() => string) => {
  const { stderr } = child
  let tail = Buffer.alloc(0)
  stderr?.on('data', (bytes: Buffer) => {
    tail = Buffer.concat([tail, bytes]).subarray(-tailLength)
    if (passOn && !process.stderr.write(bytes)) {
      stderr.pause()
      process.stderr.once('drain', () => stderr.resume())
    }
  })
  return () => tail.toString('utf8').trim()
}

/**
 * Watches over a child process: tells how it ended, with its last words, and sends it SIGTERM when this process ends first.
 *
 * @param child - just started
 * @param command - its name in messages
 * @param passOn - whether what it says on stderr goes to ours
 */
export const offspringOf = (child: ChildProcess, command: string, passOn: boolean): Offspring => {
  const exit$ = new ReplaySubject<Exited>(1)
  const tail = tailOf(child, passOn)
  const letGo = undoAtExit(() => child.kill('SIGTERM'))
  let over = false
  child.once('error', error => {
    if (child.pid !== undefined) return // a signal that could not be sent, say: it lives
    over = true
    letGo()
    const hint = 'see that it is there and may be run'
    exit$.error(new PipeError('refused', `could not start ${command} (${error.message}): ${hint}`, { cause: error }))
  })
  child.once('exit', (code, signal) => {
    if (over) return
    over = true
    letGo()
    const tell = (): void => {
      clearTimeout(late)
      child.off('close', tell)
      exit$.next(new Exited(command, code, signal, tail()))
      exit$.complete()
    }
    const late = setTimeout(tell, stderrWithin)
    child.once('close', tell)
  })
  return {
    exit$,
    terminate: () => void child.kill('SIGTERM'),
    kill: () => void child.kill('SIGKILL'),
    release: letGo,
  }
}

/** The error of an end that was not clean, or that came too early. */
export const exitedError = (exited: Exited, when: string): PipeError => {
  const words =
    exited.stderr === '' ? 'it said nothing on stderr, so run it by hand' : `its last words:\n${exited.stderr}`
  return new PipeError('exited', `${exited.message} ${when}; ${words}`, { cause: exited })
}
