import { lstatSync, readdirSync, readFileSync, readlinkSync, rmdirSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'

/** What a private directory's socket is called. */
export const socketName = 'pipe'

/**
 * Names the table of processes in which a pid of this process's means something: of this kernel, since it was started, as this
 * container sees it.
 *
 * A directory may be seen from elsewhere, through a mount or a network, where the same pid is another process, or none.
 */
const tableOfProcesses = (): string | undefined => {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    return bytesToHex(sha256(utf8ToBytes(`${boot} ${readlinkSync('/proc/self/ns/pid')}`))).slice(0, 16)
  } catch {
    // no Linux, or one that does not tell
    return undefined
  }
}

let table: string | undefined | null = null

/**
 * How the name of a private directory begins: with who made it, where that can be said so that nobody is taken for somebody else.
 *
 * @param pid - of the process that makes it
 */
export const privatePrefix = (pid = process.pid): string => {
  if (table === null) table = tableOfProcesses()
  return table === undefined ? 'sluice-' : `sluice-${table}-${pid}-`
}

const isDead = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH'
  }
}

const isOurs = (directory: string): boolean => {
  const stat = lstatSync(directory)
  return stat.isDirectory() && stat.uid === process.getuid?.() && (stat.mode & 0o777) === 0o700
}

/** Removes a directory in which nothing lies but a socket. */
const remove = (directory: string): void => {
  const inside = readdirSync(directory)
  const socket = join(directory, socketName)
  if (inside.some(name => name !== socketName)) return
  if (inside.length > 0) {
    if (!lstatSync(socket).isSocket()) return
    unlinkSync(socket)
  }
  rmdirSync(directory)
}

/**
 * Removes the private directories of this user's processes that were killed before they could do so.
 *
 * Only where the name says that a process of this very table of processes made it, and that is gone: a listener ends with its
 * process. Nobody is asked by connecting, which a live listener would take for a client. What cannot be removed stays.
 */
export const sweepPrivatePlaces = (base: string): void => {
  const prefix = privatePrefix()
  const made = /^(sluice-[0-9a-f]{16}-)(\d{1,10})-\w{6}$/
  let names: readonly string[]
  try {
    names = readdirSync(base)
  } catch {
    return
  }
  for (const name of names) {
    const [, start = '', pid = ''] = made.exec(name) ?? []
    if (start === '' || !prefix.startsWith(start) || !isDead(Number(pid))) continue
    try {
      const directory = join(base, name)
      if (isOurs(directory)) remove(directory)
    } catch {
      // somebody else was faster, or it is not to be removed
    }
  }
}
