import { linkSync, lstatSync, renameSync, unlinkSync } from 'node:fs'
import { connect } from 'node:net'
import { basename, dirname, join } from 'node:path'
import { bytesToHex } from '@noble/hashes/utils.js'
import { PipeError } from '../../pipe/pipe-error.js'
import { randomBytes } from './random-bytes.js'

const hasCode = (error: unknown, code: string): boolean => (error as NodeJS.ErrnoException).code === code

/** What tells one file from a later one of the same name; a change of name leaves it as it is. */
const identityOf = (path: string): string | undefined => {
  const stat = lstatSync(path, { bigint: true, throwIfNoEntry: false })
  return stat && `${stat.dev} ${stat.ino} ${stat.mtimeNs} ${stat.isSocket()}`
}

/** Asks whether anybody listens at a path: by connecting, since a socket's file outlives its listener. */
const probe = (path: string, answer: (state: 'live' | 'stale' | 'gone', error?: Error) => void): (() => void) => {
  const socket = connect(path)
  socket.once('connect', () => {
    socket.destroy()
    answer('live')
  })
  socket.once('error', error => {
    if (hasCode(error, 'ECONNREFUSED')) answer('stale')
    else if (hasCode(error, 'ENOENT')) answer('gone')
    else answer('live', error) // whatever it is, it is not ours to remove
  })
  return () => socket.destroy()
}

const taken = (path: string, what: string, cause?: unknown): PipeError =>
  new PipeError('refused', `${path} is taken: ${what}; choose another path`, { cause })

/** A name beside the path that nobody has, no longer than the name itself, so that it fits where that fitted. */
const besides = (path: string): string =>
  join(dirname(path), bytesToHex(randomBytes(12)).slice(0, Math.max(8, Math.min(24, basename(path).length))))

const putBack = (aside: string, path: string): void => {
  try {
    linkSync(aside, path) // unlike a rename it replaces nothing
    unlinkSync(aside)
  } catch {
    if (identityOf(path) === undefined) renameSync(aside, path)
  }
}

/** Removes the file at a path if it is still the one that was asked; says why it could not. */
const removeIfSame = (path: string, identity: string): PipeError | undefined => {
  const aside = besides(path)
  try {
    renameSync(path, aside)
  } catch (error) {
    return hasCode(error, 'ENOENT') ? undefined : taken(path, 'its file cannot be removed', error)
  }
  if (identityOf(aside) !== identity) {
    putBack(aside, path)
    return taken(path, 'another program began to listen there just now')
  }
  unlinkSync(aside)
  return undefined
}

/**
 * Removes a socket's file that a listener left behind, and nothing else: a live listener's is not stolen, and what is no
 * socket is not touched.
 *
 * Another listener may remove it too, and come to life there, between question and answer. So the file is first moved
 * aside, then looked at, and put back if it is not the one that was asked.
 *
 * @param done - called once, later: without an error when the path is free
 * @returns gives up
 */
export const clearStaleSocket = (path: string, done: (error?: PipeError) => void): (() => void) => {
  const identity = identityOf(path)
  if (identity?.endsWith('false')) {
    process.nextTick(done, taken(path, 'a file lies there that is no socket'))
    return () => undefined
  }
  return probe(path, (state, error) => {
    if (state === 'live') done(taken(path, 'another program listens there', error))
    else done(state === 'gone' || identity === undefined ? undefined : removeIfSame(path, identity))
  })
}
