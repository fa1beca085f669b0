import {
  finalize,
  ignoreElements,
  map,
  merge,
  mergeMap,
  type Observable,
  reduce,
  Subject,
  take,
  tap,
  throwError,
  timer,
} from 'rxjs'
import { disconnected, peer, type SchemaReport, serve, type Handlers, type Peer } from 'sluice'
import { spawn } from 'sluice/node'
import { argsFor } from '../this-program.js'
import { Diner, Kitchen } from './contracts.js'

type Client = Peer<typeof Diner, typeof Kitchen>

const verdict = ({ methods, compatible }: SchemaReport): string =>
  [
    `handshake: the two ends' contracts are ${compatible ? 'compatible' : 'NOT compatible'}`,
    ...methods.map(({ contract, method, side, verdict, theirVerdict }) => {
      const name = `${contract}.${method}`
      return `  ${side.padEnd(7)}${name.padEnd(27)}${verdict._tag}, the far end says ${theirVerdict?._tag ?? 'nothing'}`
    }),
  ].join('\n')

/** The kitchen's answers; `say` is told what happens. */
const kitchen = (say: (text: string) => void): Handlers<Client['incoming']> => ({
  howAreYou: () => {
    say('diner   -> howAreYou: fine')
    return 'fine'
  },
  makeSandwich: ({ bread, toppings }) => {
    const order = `diner   -> makeSandwich on ${bread}`
    if (bread !== 'rye') {
      say(`${order}: out of bread, a failure that the contract names`)
      // eslint-disable-next-line rxjs-x/throw-error -- the contract's own failure is a value, no Error
      return throwError(() => ({ bread, left: ['rye'] }))
    }
    say(`${order}: here you are`)
    return { layers: [bread, ...toppings, bread] }
  },
  ticks: ({ everyMs }) =>
    timer(0, everyMs).pipe(
      tap(tick => say(`diner   -> ticks: ${tick}`)),
      finalize(() => say('diner   -> ticks: cancelled by the diner, so the kitchen stops')),
    ),
  weigh: ingredients$ =>
    ingredients$.pipe(
      tap(({ name, grams }) => say(`diner   -> weigh: ${grams} g of ${name}`)),
      map(({ grams }) => grams),
      reduce((total, grams) => total + grams, 0),
      tap(total => say(`diner   -> weigh: ${total} g in all`)),
    ),
  chat: lines$ =>
    lines$.pipe(
      tap(line => say(`diner   -> chat: ${line}`)),
      map(line => `${line} yes`),
    ),
  goodToHear: news => say(`diner   -> goodToHear: ${news}`),
})

/**
 * A server starts its client, and both talk: what was said, line by line.
 *
 * Completes when the client has said goodbye and is gone; fails when it went otherwise, or has another contract.
 */
export const sandwichTalk = (): Observable<string> =>
  spawn(process.execPath, { args: argsFor('diner.ts', import.meta.url) }).pipe(
    peer({ serves: Kitchen, uses: Diner, validation: 'require' }),
    mergeMap(diner => {
      const said = new Subject<string>()
      const answers$ = serve(
        diner,
        kitchen(text => said.next(text)),
      ).pipe(
        ignoreElements(),
        finalize(() => said.complete()),
      )
      const asked$ = merge(
        diner.remote
          .describeTable()
          .pipe(map(({ seats, pid }) => `kitchen -> describeTable: ${seats} seats, in process ${pid}`)),
        diner.remote.bell().pipe(map(sound => `kitchen -> bell: ${sound}`)),
      )
      return merge(
        said,
        diner.schema$.pipe(take(1), map(verdict)),
        answers$,
        asked$,
        disconnected(diner).pipe(map(() => 'the diner said goodbye')),
      )
    }),
  )
