import type { Mutant } from './mutant.js'

/** Faults in `src/flow`. */
export const flowMutants: readonly Mutant[] = [
  {
    name: 'credit off by one: a sender sends one item more than it was granted',
    file: 'src/flow/send-window.ts',
    text: 'return this.items > 0 && this.bytes > 0',
    becomes: 'return this.items >= 0 && this.bytes > 0',
    specs: ['spec/flow/windows.spec.ts'],
  },
  {
    name: 'a receiver takes in an item that was sent without credit',
    file: 'src/flow/receive-window.ts',
    text: `received(bytes: number): boolean {
    if (this.itemsLeft <= 0 || this.bytesLeft <= 0) return false`,
    becomes: `received(bytes: number): boolean {
    if (this.itemsLeft < 0 || this.bytesLeft <= 0) return false`,
    specs: ['spec/flow/windows.spec.ts'],
  },
  {
    name: 'bytes that were granted are granted again with the next grant',
    file: 'src/flow/receive-window.ts',
    text: `    this.bytesTaken = 0
    return grant`,
    becomes: '    return grant',
    specs: ['spec/flow/windows.spec.ts'],
  },
  {
    name: 'the parts of a long item are granted although the consumer holds another item',
    file: 'src/flow/receive-window.ts',
    text: 'if (this.held === 0) {',
    becomes: 'if (this.held >= 0) {',
    specs: ['spec/flow/windows.spec.ts'],
  },
  {
    name: 'dropOldest drops the newest',
    file: 'src/flow/bounded-buffer.ts',
    text: `if (this.policy === 'dropNewest' ||`,
    becomes: `if (this.policy !== 'latest' ||`,
    specs: ['spec/flow/bounded-buffer.spec.ts'],
  },
  {
    name: 'a full buffer drops an item instead of failing',
    file: 'src/flow/bounded-buffer.ts',
    text: `if (this.policy === 'error') return false`,
    becomes: `if (this.policy === 'error') return true`,
    specs: ['spec/flow/bounded-buffer.spec.ts'],
  },
  {
    name: 'the parts of a message are put together in the wrong places',
    file: 'src/flow/reassembly.ts',
    text: 'piece.filled += bytes.length',
    becomes: 'piece.filled = bytes.length',
    specs: ['spec/flow/reassembly.spec.ts'],
  },
  {
    name: 'a message gets as much room as it claims to need, whatever has arrived of it',
    file: 'src/flow/reassembly.ts',
    text: 'Math.min(this.least - this.bytes, believed * (this.bytes + length))',
    becomes: 'this.least - this.bytes',
    specs: ['spec/flow/reassembly.spec.ts'],
  },
  {
    name: 'a message that was given up in the middle keeps its part of the budget',
    file: 'src/flow/reassembly.ts',
    text: '    this.budget.give(this.held)\n',
    becomes: '',
    specs: ['spec/flow/reassembly.spec.ts'],
  },
]
