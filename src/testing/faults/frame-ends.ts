/** Follows the lengths in a stream of bytes: where frames end, and whether it has stopped in the middle of one. */
export class FrameEnds {
  /** How many frames have come in whole. */
  frames = 0
  private left = 0
  private length = 0
  private shift = 0

  /**
   * Takes in bytes up to the end of a frame, or all of them.
   *
   * @param upTo - stop as soon as so many frames are whole
   * @returns how many bytes were taken in
   */
  push(bytes: Uint8Array, upTo = Infinity): number {
    let pos = 0
    while (pos < bytes.length && this.frames < upTo) {
      if (this.left > 0) {
        const step = Math.min(this.left, bytes.length - pos)
        pos += step
        this.left -= step
        if (this.left === 0) this.frames++
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
    return pos
  }

  /** Whether a frame has begun that is not whole yet. */
  get insideFrame(): boolean {
    return this.left > 0 || this.shift > 0
  }
}
