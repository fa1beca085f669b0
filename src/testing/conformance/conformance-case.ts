import type { Observable } from 'rxjs'
import type { Transport } from '../../pipe/pipe.js'

/**
 * What a transport, or the far program behind it, can do; a case that needs what it cannot is left out.
 *
 * | capability | means |
 * |---|---|
 * | `many clients` | connections that are open at once lead to one far program |
 * | `reconnect` | once a connection has broken, the next one leads to the same far program, which keeps its sessions |
 * | `exit` | the far program ends when it is asked to: it was given `serveConformance({ exit })` |
 * | `kill` | it can be ended without its knowledge: `FarProgram.kill` |
 * | `reports death` | the platform tells at once that the far program has ended; otherwise heartbeats find out |
 * | `restart` | after it has ended, the next connection leads to another one |
 * | `stop` | it can be stood still, and go on: `FarProgram.stop` and `continue` |
 */
export type Capability = 'many clients' | 'reconnect' | 'exit' | 'kill' | 'reports death' | 'restart' | 'stop'

/** A program that runs `serveConformance`. `name` is what it was called there. */
export interface FarProgram {
  /** One more connection with each subscription. */
  readonly dial: Transport
  /** Ends it without its knowledge. */
  readonly kill?: (name: string) => void
  /** Stands it still. */
  readonly stop?: (name: string) => void
  /** Lets it go on. */
  readonly continue?: (name: string) => void
}

/** A transport with a far program behind it: what the cases are run against. */
export interface ConformanceSubject extends FarProgram {
  /** As its author calls it; for titles. */
  readonly name: string
  readonly can: ReadonlySet<Capability>
  /**
   * Starts a far program that one case may end; unsubscribing takes it away. To be told where `dial` leads to one that is
   * shared; where each connection has a program of its own, the verbs of the subject do.
   */
  readonly spare?: Observable<FarProgram>
}

/** One promise of a transport with a peer at either end. Knows no test runner. */
export interface ConformanceCase {
  readonly group: string
  /** A sentence about behaviour. */
  readonly name: string
  readonly needs: readonly Capability[]
  /** Opens its own connections and lets go of them. Rejects when the promise is not kept. */
  readonly run: (subject: ConformanceSubject) => Promise<void>
}

/** A case that is not run, and why. */
export interface LeftOut<C extends { readonly needs: readonly string[] } = ConformanceCase> {
  readonly case: C
  readonly lacks: C['needs']
}

/** Parts cases, of whatever list, into those that a subject can run, and those that it is not able to. */
export const casesFor = <C extends { readonly needs: readonly string[] } = ConformanceCase>(
  subject: { readonly can: ReadonlySet<C['needs'][number]> },
  cases: readonly C[],
): { readonly cases: readonly C[]; readonly leftOut: readonly LeftOut<C>[] } => {
  const parted = cases.map(one => ({
    case: one,
    lacks: one.needs.filter((need: C['needs'][number]) => !subject.can.has(need)),
  }))
  return {
    cases: parted.filter(({ lacks }) => lacks.length === 0).map(one => one.case),
    leftOut: parted.filter(({ lacks }) => lacks.length > 0),
  }
}

/** A case as its group writes it down. */
type Written = readonly [name: string, run: ConformanceCase['run'], needs?: readonly Capability[]]

/** The cases of one group. */
export const group = (name: string, cases: readonly Written[]): readonly ConformanceCase[] =>
  cases.map(([title, run, needs = []]) => ({ group: name, name: title, needs, run }))
