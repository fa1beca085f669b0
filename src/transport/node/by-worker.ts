import { Observable } from 'rxjs'
import { PipeError } from '../../pipe/pipe-error.js'
import { workerPort } from './worker-pipe.js'
import { holdPipe } from '../hold-pipe.js'
import { portCarrier } from '../message-port.js'
import { isReady } from './process-port.js'
import type { Road } from './raise.js'
import { keyVariable, type SpawnOptions } from './spawn-options.js'
import { inheritedKey } from './start-process.js'
import { workerOffspring } from './worker-offspring.js'

/** Starts a module as a thread of this process and reaches it by its port. */
export const byWorker =
  (module: string | URL, options: SpawnOptions): Road =>
  born =>
    new Observable(subscriber => {
      const { args = [], env, cwd, stdin, stdout = 'inherit', stderr = 'inherit', closeWithin } = options
      if (cwd !== undefined || stdin === 'inherit') {
        throw new PipeError('misused', 'a worker shares directory and input with its process: leave out cwd and stdin')
      }
      const key = inheritedKey('worker')
      const byArgument = options.key === 'argument'
      // not before a thread is wanted: few processes need them on their heap
      const { Worker } = process.getBuiltinModule('node:worker_threads')
      const worker = new Worker(module, {
        argv: byArgument ? [...args, String(key)] : [...args],
        env: { ...process.env, ...env, [keyVariable]: byArgument ? undefined : String(key) },
        stdout: stdout === 'ignore',
        stderr: stderr === 'ignore',
      })
      const greet = (message: unknown): void => {
        if (!isReady(message)) return
        worker.off('message', greet)
        const held = holdPipe(portCarrier(workerPort(worker)), { end: 'dialled', secret: key.secret, closeWithin })
        subscriber.add(held.hangUp)
        subscriber.next(held)
      }
      worker.on('message', greet)
      subscriber.add(() => worker.off('message', greet))
      born(workerOffspring(worker, String(module)))
    })
