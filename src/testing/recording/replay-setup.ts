import type { SchedulerLike } from 'rxjs'
import type { PayloadCoders } from './payload-coders.js'
import type { PipeEnd, Recording } from './recording.js'

/** How a session is played. */
export interface ReplaySetup {
  readonly recording: Recording
  readonly coders: PayloadCoders
  readonly plays: PipeEnd
  /** `recorded`: at the recorded times; `fast`: as soon as the other end has said what it said before. */
  readonly pace: 'recorded' | 'fast'
  /** Longest that the other end may be late with what it is to say, in milliseconds. */
  readonly patienceMs: number
  readonly random: (size: number) => Uint8Array
  readonly scheduler: SchedulerLike
}

/** What a played session does to its transport. */
export interface ReplayEffects {
  /** The played end dials again. */
  dialAgain(): void
  /** All was played. */
  done(): void
  failed(error: Error): void
}
