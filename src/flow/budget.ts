/** What many may hold together: bytes are taken out, and given back. */
export class Budget {
  private used = 0

  /** @param limit - bytes that may be held at once */
  constructor(readonly limit: number) {}

  /** Bytes that are held. */
  get held(): number {
    return this.used
  }

  /**
   * Takes bytes out.
   *
   * @returns `false`, and takes nothing, when that many are not left
   */
  take(bytes: number): boolean {
    if (this.used + bytes > this.limit) return false
    this.used += bytes
    return true
  }

  /** Gives bytes back. */
  give(bytes: number): void {
    this.used -= bytes
  }
}
