import type { Socket } from 'node:net'
import { Observable } from 'rxjs'
import type { OpenCarrier } from '../carrier.js'
import { holdPipe } from '../hold-pipe.js'
import { awaitGreeting } from './greeting.js'
import type { Road } from './raise.js'
import { socketCarrier } from './socket-carrier.js'
import type { SpawnOptions } from './spawn-options.js'
import { inheritedKey, startProcess } from './start-process.js'
import { strayGuard } from './stray-guard.js'

/** Warns once, and shows what it was. */
const warnOf = (command: string, show: boolean): ((text: string) => void) => {
  let warned = false
  return text => {
    if (!warned) {
      warned = true
      const advice = 'log to stderr there, or leave the pipe on descriptors of its own'
      process.emitWarning(`${command} wrote to its stdout, which carries the pipe: ${advice}`, 'SluiceWarning')
    }
    if (show) process.stderr.write(text)
  }
}

const guarded =
  (open: OpenCarrier, stray: (chunk: Uint8Array) => void): OpenCarrier =>
  events =>
    open({ ...events, chunk: strayGuard(bytes => events.chunk(bytes), stray) })

/**
 * Reaches a child by descriptors that it is born with: 3 (what it reads) and 4 (what it writes), or its standard input and
 * output. On the latter each write goes as a record, so that what else comes out there is told apart and reported.
 */
export const byStdio =
  (command: string, options: SpawnOptions): Road =>
  born =>
    new Observable(subscriber => {
      const standard = options.descriptors === 'standard'
      const key = inheritedKey('stdio', standard ? '0,1' : '3,4')
      const { child, offspring } = startProcess(
        command,
        options,
        key,
        standard ? { standard: 'pipe' } : { more: ['pipe', 'pipe'] },
      )
      born(offspring)
      const output = (standard ? child.stdin : child.stdio[3]) as Socket | null | undefined
      const input = (standard ? child.stdout : child.stdio[4]) as Socket | null | undefined
      if (!output || !input) return // it could not be started, as its exit tells

      const report = options.stray ?? warnOf(command, options.stdout !== 'ignore')
      const decoder = new TextDecoder()
      const stray = (chunk: Uint8Array): void => report(decoder.decode(chunk, { stream: true }))
      const early = (): void => undefined // its exit tells
      output.on('error', early)
      input.on('error', early)
      const giveUp = awaitGreeting(input, stray, () => {
        const carrier = socketCarrier(input, output)
        const facts = { end: 'dialled', secret: key.secret, closeWithin: options.closeWithin } as const
        const held = holdPipe(standard ? guarded(carrier, stray) : carrier, facts)
        subscriber.add(held.hangUp)
        subscriber.next(held)
      })
      subscriber.add(giveUp)
    })
