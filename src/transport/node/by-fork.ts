import { Observable } from 'rxjs'
import { holdPipe } from '../hold-pipe.js'
import { portCarrier } from '../message-port.js'
import { isReady, processPort } from './process-port.js'
import type { Road } from './raise.js'
import type { SpawnOptions } from './spawn-options.js'
import { inheritedKey, startProcess } from './start-process.js'

/** Reaches a child by Node's fork channel: one message for each write, with the advanced serialization. */
export const byFork =
  (command: string, options: SpawnOptions): Road =>
  born =>
    new Observable(subscriber => {
      const key = inheritedKey('fork')
      const { child, offspring } = startProcess(command, options, key, { more: ['ipc'] })
      const greet = (message: unknown): void => {
        if (!isReady(message)) return
        child.off('message', greet)
        const { closeWithin } = options
        const held = holdPipe(portCarrier(processPort(child)), { end: 'dialled', secret: key.secret, closeWithin })
        subscriber.add(held.hangUp)
        subscriber.next(held)
      }
      child.on('message', greet)
      subscriber.add(() => child.off('message', greet))
      born(offspring)
    })
