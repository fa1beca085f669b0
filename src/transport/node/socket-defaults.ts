import { BlockList, isIP } from 'node:net'

/** Bytes of a fresh secret. */
export const secretLength = 32

/** Bytes that may wait in a socket, each way, before `writable` turns false. */
export const socketBuffer = 64 * 1024

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

/** Whether a host is this machine and nobody else can reach it. */
export const isLoopback = (host: string): boolean => {
  const family = isIP(host)
  return family === 0 ? host === 'localhost' : loopback.check(host, family === 4 ? 'ipv4' : 'ipv6')
}
