/** Follows the lengths in a stream of bytes, and knows whether it has stopped in the middle of a frame. */
export class Boundaries {
  private left = 0
  private length = 0
  private shift = 0

  push(bytes: Uint8Array): void {
    for (let pos = 0; pos < bytes.length;) {
      if (this.left > 0) {
        const step = Math.min(this.left, bytes.length - pos)
        this.left -= step
        pos += step
        continue
      }
      const byte = bytes[pos++] as number
      this.length += (byte & 0x7f) * 2 ** this.shift
      this.shift += 7
      if (byte >= 0x80) continue
      this.left = this.length
      this.length = 0
      this.shift = 0
    }
  }

  get insideFrame(): boolean {
    return this.left > 0 || this.shift > 0
  }
}
