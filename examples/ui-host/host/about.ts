import { cpus, hostname, totalmem, uptime } from 'node:os'
import si from 'systeminformation'
import type { About } from '../contracts.js'

const startedAt = Date.now()

/** What the machine is. */
export const about = async (tree: string, log: string): Promise<About> => {
  const { distro, release } = await si.osInfo()
  return {
    name: hostname(),
    system: `${distro} ${release}`.trim(),
    processor: cpus()[0]?.model.trim() ?? '',
    memory: totalmem(),
    bootedAt: Math.round(Date.now() - uptime() * 1_000),
    tree,
    log,
    host: { pid: process.pid, startedAt },
  }
}
