import { statSync } from 'node:fs'
import { styleText } from 'node:util'
import {
  concat,
  defer,
  fromEvent,
  ignoreElements,
  last,
  map,
  merge,
  mergeMap,
  type Observable,
  scan,
  take,
  takeUntil,
  tap,
  throwError,
} from 'rxjs'
import { hashTree } from './hashing/hash-tree.js'
import { report } from './hashing/report.js'
import { showProgress } from './hashing/show-progress.js'
import { add, isRight, nothingYet } from './hashing/totals.js'
import { sandwichTalk } from './sandwich/talk.js'

/**
 * `npm start`, or `npm start -- DIRECTORY`: what sluice is for, on real input.
 *
 * 1. A server starts its client, and the two talk, both ways.
 * 2. Every file below a directory (`node_modules`, unless told) is streamed to a child process, which hashes it.
 *
 * Ends with 0 when all went well, with 1 when something did not, with 128 and the signal's number when it was stopped.
 */
const directory = process.argv[2] ?? 'node_modules'
const isTerminal = process.stdout.isTTY

const heading = (text: string): void => console.log(`\n${isTerminal ? styleText('bold', text) : text}\n`)
const indented = (text: string): void => console.log(text.replace(/^/gm, '  '))

const talk$ = defer(() => {
  heading('1. A sandwich talk: the kitchen, process ' + process.pid + ', starts a diner')
  return sandwichTalk().pipe(tap(indented))
})

const hashing$ = defer(() => {
  heading(`2. Every file below ${directory} goes to a child process, which hashes it`)
  if (!statSync(directory).isDirectory()) return throwError(() => new Error(`${directory} is no directory`))
  return hashTree(directory).pipe(
    scan(add, nothingYet),
    showProgress(isTerminal),
    last(),
    tap(totals => {
      report(totals, process.resourceUsage().maxRSS * 1_024).forEach(indented)
      if (!isRight(totals)) process.exitCode = 1
    }),
  )
})

/** The first of these signals stops everything in order; a second one does so at once. */
const stopped$ = merge(
  ...Object.entries({ SIGHUP: 129, SIGINT: 130, SIGTERM: 143 }).map(([signal, code]) =>
    fromEvent(process, signal).pipe(map(() => ({ signal, code }))),
  ),
).pipe(
  take(1),
  tap(({ signal, code }) => {
    process.exitCode = code
    console.log(`\nstopped by ${signal}`)
  }),
)

const started = performance.now()
concat(talk$, hashing$)
  .pipe(takeUntil(stopped$))
  .subscribe({
    error: (error: unknown) => {
      console.error(`\n${error instanceof Error ? error.message : String(error)}`)
      process.exitCode = 1
    },
    complete: () => {
      if (process.exitCode === undefined)
        console.log(`\nall well, after ${((performance.now() - started) / 1_000).toFixed(1)} s`)
    },
  })
