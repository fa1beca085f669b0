import { defer, filter, ignoreElements, merge, mergeMap, type Observable, type OperatorFunction } from 'rxjs'
import { answer } from '../../call/answer.js'
import { peer } from '../../peer/peer.js'
import type { PeerOptions } from '../../peer/peer-options.js'
import type { Peer } from '../../peer/peer-types.js'
import { disconnected } from '../../peer/status.js'
import type { Pipe } from '../../pipe/pipe.js'
import { tagOf } from './check.js'
import { conformanceContract, conformanceLimits } from './conformance-contract.js'
import { ask, collect, converse, misbehave, produce } from './conformance-handlers.js'
import { Ledger } from './ledger.js'
import { patterned } from './patterned.js'
import { patience } from './waiting.js'

/** How the far end of a conformance run is set up. */
export interface ServeConformanceOptions {
  /** What the program is called by `FarProgram`'s verbs, such as its pid; empty unless told. */
  readonly name?: string
  /** Ends the program with a code, for cases that need `exit`; without it nothing happens. */
  readonly exit?: (code: number) => void
  /** What its peer is told beside the contract; the limits are `conformanceLimits` in any case. */
  readonly peer?: Omit<PeerOptions<never, never>, 'serves' | 'uses' | 'limits'>
}

type Contract = typeof conformanceContract
type Far = Peer<Contract, Contract>

const endOf = (far: Far, ended: (how: string) => void): void =>
  void disconnected(far).subscribe({
    next: status => ended('error' in status ? tagOf(status.error) : 'in order'),
    error: () => undefined,
  })

/** Answers every method of the contract but `unserved`. */
export const answerConformance = (
  far: Far,
  ledger: Ledger,
  { name = '', exit }: ServeConformanceOptions = {},
): Observable<unknown> => {
  const { incoming, remote } = far
  return merge(
    incoming.nothing.pipe(answer(() => undefined)),
    incoming.echo.pipe(answer(bytes => bytes)),
    incoming.say.pipe(answer(text => text)),
    incoming.size.pipe(answer(length => patterned(length))),
    incoming.ask.pipe(
      filter(call => !misbehave(call.request, call, ledger)),
      answer((task, call) => ask(task, call, ledger)),
    ),
    incoming.askAgain.pipe(answer((task, call) => ask(task, call, ledger))),
    incoming.produce.pipe(answer((production, call) => produce(production, call, ledger))),
    incoming.collect.pipe(answer((items$, call) => collect(items$, call, ledger))),
    incoming.converse.pipe(answer((items$, call) => converse(items$, call, ledger))),
    incoming.note.pipe(answer(({ key, text }) => void ledger.of(key).notes.push(text))),
    incoming.doings.pipe(answer(key => ledger.of(key))),
    incoming.name.pipe(answer(() => name)),
    incoming.askBack.pipe(answer(task => remote.ask(task))),
    incoming.produceBack.pipe(answer(production => remote.produce(production))),
    incoming.farewell.pipe(answer(key => endOf(far, how => ledger.of(key).notes.push(how)))),
    incoming.leave.pipe(mergeMap(() => far.close('it was asked to'))),
    incoming.exit.pipe(answer(code => exit?.(code))),
  )
}

/**
 * The far end of a conformance run: an operator that serves `conformanceContract` on all pipes of a transport.
 *
 * It uses nothing but the language, so it runs wherever the transport leads: another process, a worker, a frame. What is
 * done is noted, and lives as long as the subscription; connections to one program share it. Emits nothing, and
 * ends as the transport does.
 *
 * What `collect` and `converse` do stands in the call's metadata: `key`, under which it is noted; `everyMs`, how long each
 * item is worked on; `holds`, after how many items the work never ends; `most`, after how many it answers; `mode`, of
 * `converse`: `echo`, `after` or `until`.
 *
 * @example
 * ```ts
 * fromParent().pipe(serveConformance({ exit: code => process.exit(code) })).subscribe()
 * ```
 */
export const serveConformance =
  (options: ServeConformanceOptions = {}): OperatorFunction<Pipe, never> =>
  pipes$ =>
    defer(() => {
      const ledger = new Ledger()
      return pipes$.pipe(
        peer({
          claimWithin: 300,
          // cases run at once, and some of them say nothing
          handshakes: 1_000,
          handshakeTimeout: patience,
          ...options.peer,
          limits: conformanceLimits,
          serves: conformanceContract,
          uses: conformanceContract,
        }),
        mergeMap(far => answerConformance(far, ledger, options)),
        ignoreElements(),
      )
    })
