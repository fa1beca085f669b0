import { ReplaySubject } from 'rxjs'
import type { Worker } from 'node:worker_threads'
import { Exited } from './exited.js'
import type { Offspring } from './offspring.js'

/** Watches over a worker: tells how it ended, with the error that it did not catch as its last words. */
export const workerOffspring = (worker: Worker, name: string): Offspring => {
  const exit$ = new ReplaySubject<Exited>(1)
  let words = ''
  worker.once('error', (error: unknown) => {
    words = error instanceof Error ? String(error.stack) : String(error)
  })
  worker.once('exit', code => {
    exit$.next(new Exited(name, code, null, words))
    exit$.complete()
  })
  const terminate = (): void => void worker.terminate()
  // a thread ends with its process, whatever comes
  return { exit$, terminate, kill: terminate, release: () => undefined }
}
