/** One measured number. With `--json` each is a line. */
export interface Figure {
  readonly scenario: string
  readonly subject: string
  /** What was measured: `calls/s at 64 in flight`. */
  readonly metric: string
  /** The median over the rounds. */
  readonly value: number
  /** What the value counts: `1/s`, `us`, `MB/s`. */
  readonly unit: string
  /** Value by the floor's value of the same run, or by that of what the scenario has for a floor; absent where there is none. */
  readonly ratioToFloor?: number
}

/** How a scenario is to be run. */
export interface Options {
  /** How often each subject is measured; subjects take turns. */
  readonly rounds: number
  /** How long one measurement is to take, in milliseconds; a scenario aims at it by a trial run. */
  readonly durationMs: number
  /** Who is measured, the floor first. */
  readonly subjects: readonly Subject[]
  /** Where a file of `bench/` is as plain JavaScript, for a scenario with processes of its own. */
  readonly fileOf: (source: string) => string
}

/** A module `bench/<name>.ts` exports one as `scenario`. */
export interface Scenario {
  readonly name: string
  /** Measures every subject that can do it. */
  readonly run: (options: Options) => Promise<readonly Figure[]>
}

/** A way of calling, in two processes: `server.ts` and `client.ts` beside the `subject.ts` that exports it as `subject`. */
export interface Subject {
  readonly name: string
  /** The names of the scenarios that it can do. */
  readonly scenarios: readonly string[]
  /** The server's module, compiled; absent where the client starts its far end by itself. */
  readonly server?: string | undefined
  /** The client's module, compiled. */
  readonly client: string
}

/** What a `subject.ts` says of itself. */
export interface SubjectSpec extends Pick<Subject, 'name' | 'scenarios'> {
  /** The packages of `bench/package.json` that it is made with; without them it is left out. */
  readonly needs?: readonly string[]
}
