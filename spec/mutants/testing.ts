import type { Mutant } from './mutant.js'

/** Faults in `src/testing`. */
export const testingMutants: readonly Mutant[] = [
  {
    name: 'faults count from 0, and strike the message behind the one that was meant',
    file: 'src/testing/faults/which.ts',
    text: 'return () => numbers.has(++nth)',
    becomes: 'return () => numbers.has(nth++)',
    specs: ['spec/testing/faults/messages.spec.ts'],
  },
  {
    name: 'what reorder holds back is lost when the pipe ends',
    file: 'src/testing/faults/reorder.ts',
    text: `        complete: () => {
          release()`,
    becomes: '        complete: () => {',
    specs: ['spec/testing/faults/messages.spec.ts'],
  },
  {
    name: 'cutAt lets through a frame too many',
    file: 'src/testing/faults/cut-at.ts',
    text: 'isLast: ++values >= count',
    becomes: 'isLast: ++values > count',
    specs: ['spec/testing/faults/cut-at.spec.ts'],
  },
  {
    name: 'what is said over a pipe that was cut still goes out',
    file: 'src/testing/faults/cut-at.ts',
    text: 'if (!severed) pipe.outgoing.next(value)',
    becomes: 'pipe.outgoing.next(value)',
    specs: ['spec/testing/faults/cut-at.spec.ts'],
  },
  {
    name: 'a pipe that stands still tells its writer that there is room',
    file: 'src/testing/faults/stall.ts',
    text: 'map(([writable, open]) => writable && open)',
    becomes: 'map(([writable, open]) => writable || open)',
    specs: ['spec/testing/faults/stall.spec.ts'],
  },
  {
    name: 'split loses the rest of a chunk',
    file: 'src/testing/faults/split.ts',
    text: 'pos < bytes.length && !subscriber.closed;',
    becomes: 'pos + 1 < bytes.length && !subscriber.closed;',
    specs: ['spec/testing/faults/split.spec.ts'],
  },
]
