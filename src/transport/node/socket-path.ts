import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, extname, isAbsolute, join, resolve } from 'node:path'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import { PipeError } from '../../pipe/pipe-error.js'
import { privatePrefix, socketName, sweepPrivatePlaces } from './private-places.js'
import { randomBytes } from './random-bytes.js'

/** The longest path of a unix socket in bytes: `sun_path` less its closing zero. */
export const longestSocketPath = process.platform === 'linux' ? 107 : 103

const fits = (path: string): boolean => Buffer.byteLength(path) <= longestSocketPath

/**
 * Makes a directory that only this user may enter (0700) and names a socket in it.
 *
 * Directories that killed processes of this user have left there are removed before.
 *
 * It lies in `XDG_RUNTIME_DIR` if that is set, else in the directory for temporary files; if either is too long for a
 * socket or refuses, in the next one, `/tmp` being the last.
 *
 * @returns the directory, to be removed, and the path in it
 */
export const privateSocketPath = (
  candidates: ReadonlyArray<string | undefined> = [process.env.XDG_RUNTIME_DIR, tmpdir(), '/tmp'],
): { readonly directory: string; readonly path: string } => {
  let reason: unknown
  for (const base of candidates) {
    if (base === undefined || !isAbsolute(base)) continue
    const prefix = [privatePrefix(), 'sluice-'].find(start => fits(join(base, `${start}abcdef`, socketName)))
    if (prefix === undefined) continue
    try {
      sweepPrivatePlaces(base)
      const directory = mkdtempSync(join(base, prefix))
      return { directory, path: join(directory, socketName) }
    } catch (error) {
      reason = error
    }
  }
  throw new PipeError('refused', `no directory for a socket could be made: name one with { path }`, { cause: reason })
}

/**
 * Makes the path that was asked for fit: a name that is too long is replaced, in the same directory, by a hash of it. The
 * same path gives the same name each time.
 *
 * @throws PipeError when the directory alone is too long
 */
export const fittingSocketPath = (asked: string): string => {
  const path = resolve(asked)
  if (fits(path)) return path
  const hashed = Buffer.from(sha256(utf8ToBytes(basename(path))))
    .toString('base64url')
    .slice(0, 22)
  const short = join(dirname(path), hashed + extname(path).slice(0, 8))
  if (fits(short)) return short
  throw new PipeError(
    'refused',
    `${path} is too long for a socket: ${longestSocketPath} bytes are the limit here, so choose a shorter directory`,
  )
}

/** A name for a named pipe that nobody else has; Windows. */
export const freshPipeName = (): string => `sluice-${bytesToHex(randomBytes(12))}`
