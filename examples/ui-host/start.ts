import { realpathSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { defer, of, Subject, switchMap, takeUntil } from 'rxjs'
import { uiHost } from './host/ui-host.js'
import { runBuild } from './run-build.js'

/**
 * `npm run example:ui-host`, or `npm run example:ui-host -- DIRECTORY --log FILE --port N`.
 *
 * Builds the page, serves it, and prints its link. What a host keeps for the next one (the page, the secret, the journal)
 * lies in a cache directory; `--state` names another, and `--page` a page that is built already.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    log: { type: 'string' },
    port: { type: 'string', default: '4680' },
    state: { type: 'string', default: fileURLToPath(new URL('../../node_modules/.cache/ui-host', import.meta.url)) },
    page: { type: 'string' },
  },
})
const { log, state, page } = values

const host$ = defer(() => {
  const tree = realpathSync(positionals[0] ?? 'node_modules')
  if (!statSync(tree).isDirectory()) throw new Error(`${tree} is no directory: name one`)
  const port = Number(values.port)
  if (!(port > 0 && port < 65_535)) throw new Error(`${values.port} is no port that has a next one: name another`)
  const built$ = page === undefined ? runBuild(join(state, 'page')) : of(page)
  return built$.pipe(switchMap(directory => uiHost({ port, page: directory, state, tree, log })))
})

const stopped$ = new Subject<void>()
const stop = (code: number): void => {
  if (process.exitCode === code) process.exit() // asked twice
  process.exitCode = code
  stopped$.next()
}
for (const [signal, code] of Object.entries({ SIGHUP: 129, SIGINT: 130, SIGTERM: 143 }))
  process.on(signal, () => stop(code))

host$.pipe(takeUntil(stopped$)).subscribe({
  next: link => {
    console.log(`\n  ${link}\n`)
    console.log('Open it in one tab, or in two. Ctrl-C stops the host; start it again, and the page goes on.')
  },
  error: (error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error))
    process.exitCode = 1
  },
})
