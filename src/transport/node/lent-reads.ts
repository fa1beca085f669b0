/** Read at once, in bytes. */
const readSize = 256 * 1024

/** Where the sockets of this thread are read into, one read after the other; made with the first socket that reads so. */
let shared: Buffer | undefined

/**
 * What a socket is created with so that it reads into a buffer that is used again and again.
 *
 * Measured: a buffer for each read costs more than the read, most of it when the engine collects them.
 */
export class LentReads {
  /** Takes what was read, which is good until it returns. */
  take: (bytes: Uint8Array) => void = () => undefined

  /** For the options of the socket. */
  readonly onread = {
    buffer: (shared ??= Buffer.allocUnsafeSlow(readSize)),
    callback: (size: number, buffer: Uint8Array): boolean => {
      this.take(buffer.subarray(0, size))
      return true
    },
  }
}
