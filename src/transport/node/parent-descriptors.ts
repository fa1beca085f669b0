import { Socket } from 'node:net'
import { PipeError } from '../../pipe/pipe-error.js'
import type { OpenCarrier } from '../carrier.js'
import { greeting } from './greeting.js'
import { socketCarrier } from './socket-carrier.js'
import { recordHead } from './stray-guard.js'

/** Sends what goes to `process.stdout` as stray records: the parent reports it. Past the end of the pipe it goes to stderr. */
const divertStdout = (output: Socket): void => {
  const write = (chunk: string | Uint8Array, encoding?: unknown, done?: unknown): boolean => {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk, encoding as BufferEncoding | undefined) : chunk
    const written = (typeof encoding === 'function' ? encoding : done) as ((error?: Error | null) => void) | undefined
    if (!output.writable) return process.stderr.write(bytes, written)
    output.write(recordHead('stray', bytes.length))
    return output.write(bytes, written)
  }
  process.stdout.write = write
}

const inRecords =
  (open: OpenCarrier): OpenCarrier =>
  events => {
    const carrier = open(events)
    return {
      ...carrier,
      write: bytes => {
        if (bytes.length === 0) return true
        carrier.write(recordHead('bytes', bytes.length))
        return carrier.write(bytes)
      },
    }
  }

/**
 * The child's end of `via: 'stdio'`: says the greeting, and carries the pipe on the descriptors that the key names.
 *
 * @param path - of the key: `'3,4'` or `'0,1'`
 */
export const parentDescriptors = (path: string): OpenCarrier => {
  const standard = path === '0,1'
  let input: Socket
  let output: Socket
  try {
    input = new Socket({ fd: standard ? 0 : 3, readable: true, writable: false })
    output = new Socket({ fd: standard ? 1 : 4, readable: false, writable: true })
  } catch (cause) {
    throw new PipeError(
      'misused',
      `descriptors ${path} are not open: start this program with spawn({ via: 'stdio' })`,
      {
        cause,
      },
    )
  }
  input.pause()
  output.write(greeting)
  if (standard) divertStdout(output)
  const carrier = socketCarrier(input, output)
  return standard ? inRecords(carrier) : carrier
}
