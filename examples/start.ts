import { statSync } from 'node:fs'
import { styleText } from 'node:util'
import { concat, defer, EMPTY, last, scan, Subject, takeUntil, tap, throwError } from 'rxjs'
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

const checked$ = defer(() =>
  statSync(directory).isDirectory() ? EMPTY : throwError(() => new Error(`${directory} is no directory: name one`)),
)

const talk$ = defer(() => {
  heading(`1. A sandwich talk: the kitchen, process ${process.pid}, starts a diner`)
  return sandwichTalk().pipe(tap(indented))
})

const hashing$ = defer(() => {
  heading(`2. Every file below ${directory} goes to a child process, which hashes it`)
  return hashTree(directory).pipe(
    scan(add, nothingYet),
    showProgress(isTerminal),
    last(null, nothingYet),
    tap(totals => {
      report(totals, process.resourceUsage().maxRSS * 1_024).forEach(indented)
      if (!isRight(totals)) process.exitCode = 1
    }),
  )
})

/** How to end early: the first signal stops everything in order, a second one ends the process at once. */
const stopped$ = new Subject<void>()
const stop = (code: number): void => {
  if (process.exitCode === code) process.exit()
  process.exitCode = code
  stopped$.next()
}
for (const [signal, code] of Object.entries({ SIGHUP: 129, SIGINT: 130, SIGTERM: 143 }))
  process.on(signal, () => {
    console.log(`\nstopped by ${signal}`)
    stop(code)
  })
process.stdout.on('error', () => stop(141)) // nobody reads our lines any more

const started = performance.now()
concat(checked$, talk$, hashing$)
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
