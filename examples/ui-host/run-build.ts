import { spawn } from 'node:child_process'
import { Observable } from 'rxjs'
import { argsFor } from '../this-program.js'

/** Builds the page in a process of its own: a builder takes far more memory than a host. Unsubscribing ends it. */
export const runBuild = (directory: string): Observable<string> =>
  new Observable(subscriber => {
    const builder = spawn(process.execPath, [...argsFor('build-page.ts', import.meta.url), directory], {
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    builder.on('error', error => subscriber.error(error))
    builder.on('close', code => {
      if (code !== 0) subscriber.error(new Error(`the page could not be built (code ${code}): see above`))
      subscriber.next(directory)
      subscriber.complete()
    })
    return () => void builder.kill()
  })
