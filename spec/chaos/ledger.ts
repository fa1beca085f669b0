interface Entry {
  readonly side: string
  readonly kind: string
  outcome?: string
  handled: number
}

/** The model: every call that was made, what its far end made of it, and how it ended. */
export class Ledger {
  private readonly entries: Entry[] = []
  readonly faults: string[] = []
  /** Ends, by kind of error; `complete` and `cancelled` too. */
  readonly outcomes: Record<string, number> = {}
  private readonly lastNote: Record<string, number> = {}

  open(side: string, kind: string): number {
    return this.entries.push({ side, kind, handled: 0 }) - 1
  }

  /** Does something that throws where the model is broken. */
  guard(key: number, work: () => void): void {
    try {
      work()
    } catch (error) {
      this.fault(key, (error as Error).message)
    }
  }

  handled(key: number): void {
    this.entry(key).handled++
  }

  /** Events of one end arrive in the order in which they were sent. */
  noted(key: number): void {
    const entry = this.entry(key)
    entry.handled++
    if (key < (this.lastNote[entry.side] ?? -1)) this.fault(key, 'the event came after a later one')
    this.lastNote[entry.side] = key
  }

  completed(key: number, seen: number, wanted: number): void {
    this.ends(key, 'complete')
    if (seen !== wanted) this.fault(key, `completed after ${seen} of ${wanted} items`)
  }

  cancelled(key: number): void {
    this.ends(key, 'cancelled')
  }

  failed(key: number, error: unknown, mayBeLate: boolean): void {
    const { _tag = 'unknown', sent } = error as { readonly _tag?: string; readonly sent?: string }
    this.ends(key, sent === undefined ? _tag : `${_tag} ${sent}`)
    const { kind, handled } = this.entry(key)
    if (_tag === 'SessionLost') {
      if (sent === 'no' && handled > 0) this.fault(key, 'was handled, though it was said not to have been sent')
      if (kind === 'again') this.fault(key, 'may be asked again, and was not')
    } else if (_tag === 'Timeout') {
      if (!mayBeLate) this.fault(key, 'was late without a deadline')
    } else if (_tag !== 'Disconnected') this.fault(key, `ended with ${String(error)}`)
  }

  /** What is wrong once everything is over; `lost`: how many sessions were lost. */
  verdict(lost: number): readonly string[] {
    this.entries.forEach(({ kind, side, outcome, handled }, key) => {
      if (outcome === undefined) this.fault(key, 'hangs')
      else if (lost === 0 && (outcome.startsWith('SessionLost') || outcome === 'Disconnected'))
        this.fault(key, `ended with ${outcome}, and no session was lost`)
      if (kind === 'again' ? handled > 1 + lost : handled > 1) this.fault(key, `was handled ${handled} times`)
      const answered = kind === 'ask' || kind === 'again' || kind === 'count'
      if (answered && outcome === 'complete' && handled === 0) this.fault(key, 'was answered, and nobody handled it')
      if (kind === 'note' && outcome === 'complete' && lost === 0 && handled !== 1)
        this.fault(key, `of ${side} was sent, and arrived ${handled} times`)
    })
    return this.faults
  }

  get size(): number {
    return this.entries.length
  }

  private ends(key: number, outcome: string): void {
    const entry = this.entry(key)
    if (entry.outcome !== undefined) this.fault(key, `ended twice: ${entry.outcome}, then ${outcome}`)
    entry.outcome = outcome
    this.outcomes[outcome] = (this.outcomes[outcome] ?? 0) + 1
  }

  private entry(key: number): Entry {
    return this.entries[key] as Entry
  }

  private fault(key: number, what: string): void {
    const { kind = '?', side = '?' } = this.entries[key] ?? {}
    this.faults.push(`call ${key} (${kind} of ${side}) ${what}`)
  }
}
