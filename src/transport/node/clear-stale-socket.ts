import { randomBytes } from 'node:crypto'
import { linkSync, lstatSync, renameSync, unlinkSync } from 'node:fs'
import { connect } from 'node:net'
import { basename, dirname, join } from 'node:path'
import { PipeError } from '../../pipe/pipe-error.js'

const hasCode = (error: unknown, code: string): boolean => (error as NodeJS.ErrnoException).code === code

/** Asks whether anybody listens at a path: by connecting, since a socket's file outlives its listener. */
const probe = (path: string, answer: (state: 'live' | 'stale' | 'gone', error?: Error) => void): (() => void) => {
  const socket = connect(path)
  socket.once('connect', () => answer('live'))
  socket.once('error', error => {
    if (hasCode(error, 'ECONNREFUSED')) answer('stale')
    else if (hasCode(error, 'ENOENT')) answer('gone')
    else answer('live', error) // whatever it is, it is not ours to remove
  })
  socket.once('connect', () => socket.destroy())
  return () => socket.destroy()
}

const taken = (path: string, what: string, cause?: Error): PipeError =>
  new PipeError('refused', `${path} is taken: ${what}; choose another path`, { cause })

const putBack = (aside: string, path: string): void => {
  try {
    linkSync(aside, path) // unlike a rename it replaces nothing
    unlinkSync(aside)
  } catch {
    if (lstatSync(path, { throwIfNoEntry: false }) === undefined) renameSync(aside, path)
  }
}

/**
 * Removes a socket's file that a listener left behind, and nothing else: a live listener's is not stolen, and what is no
 * socket is not touched.
 *
 * It is moved aside and asked again before it goes, since another listener may have removed it and come to life between
 * question and answer; that one is put back.
 *
 * @param done - called once: without an error when the path is free
 * @returns gives up
 */
export const clearStaleSocket = (path: string, done: (error?: PipeError) => void): (() => void) => {
  // no longer than the name itself, so that it fits where that fitted
  const letters = Math.max(8, Math.min(24, basename(path).length))
  const aside = join(dirname(path), randomBytes(12).toString('hex').slice(0, letters))
  let stop = (): void => undefined

  const remove = (): void => {
    try {
      renameSync(path, aside)
    } catch (error) {
      done(hasCode(error, 'ENOENT') ? undefined : taken(path, 'its file cannot be removed', error as Error))
      return
    }
    stop = probe(aside, state => {
      if (state === 'live') putBack(aside, path)
      else if (state === 'stale') unlinkSync(aside)
      done(state === 'live' ? taken(path, 'another program listens there') : undefined)
    })
  }

  const isSocket = lstatSync(path, { throwIfNoEntry: false })?.isSocket()
  if (isSocket === false) {
    process.nextTick(done, taken(path, 'a file lies there that is no socket'))
    return stop
  }
  stop = probe(path, (state, error) => {
    if (state === 'live') done(taken(path, 'another program listens there', error))
    else if (state === 'stale') remove()
    else done()
  })
  return () => stop()
}
