import type { Mutant } from './mutant.js'

/** Faults in `src/wire`. */
export const wireMutants: readonly Mutant[] = [
  {
    name: 'a frame of one byte more than the limit is taken in',
    file: 'src/wire/frame-reader.ts',
    text: 'if (this.partial > frameBytes)',
    becomes: 'if (this.partial > frameBytes + 1)',
    specs: ['spec/wire/frame-reader.spec.ts'],
  },
  {
    name: 'a length that is cut between two chunks loses its first bits',
    file: 'src/wire/frame-reader.ts',
    text: 'this.partial += (byte & 0x7f) * 2 ** this.shift',
    becomes: 'this.partial = (byte & 0x7f) * 2 ** this.shift',
    specs: ['spec/wire/frame-reader.spec.ts'],
  },
  {
    name: 'bytes that were only lent are kept',
    file: 'src/wire/frame-reader.ts',
    text: 'const inPlace = lent ? longestLent : Infinity',
    becomes: 'const inPlace = Infinity',
    specs: ['spec/wire/frame-reader.spec.ts'],
  },
  {
    name: 'a long payload is written over while it may still be on its way',
    file: 'src/wire/slabs.ts',
    text: 'if (this.sink.idle) giveBack(payload)',
    becomes: 'if (payload !== undefined) giveBack(payload)',
    specs: ['spec/wire/frame-writer.spec.ts'],
  },
  {
    name: 'a long payload is written over before the frame is written that it is in',
    file: 'src/wire/frame-writer.ts',
    text: 'if (!this.encoding) this.slabs.release(payload)',
    becomes: 'this.slabs.release(payload)',
    specs: ['spec/wire/frame-writer.spec.ts'],
  },
  {
    name: 'what is neither part nor short is read in place from lent bytes',
    file: 'src/wire/begins-fragment.ts',
    text: 'buf[at + 1] === callTags.fragment',
    becomes: 'buf[at + 1] !== callTags.reply',
    specs: ['spec/wire/frame-reader.spec.ts'],
  },
  {
    name: 'a short batch does not leave at the end of its tick',
    file: 'src/wire/frame-writer.ts',
    text: 'this.flushing ??= this.scheduler.schedule(this.endOfTick)',
    becomes: 'this.flushing = undefined',
    specs: ['spec/wire/framed.spec.ts'],
  },
  {
    name: 'the last frames before the end of this half are not written',
    file: 'src/wire/framed.ts',
    text: 'this.writer.flush(() => this.bytes.complete())',
    becomes: 'this.bytes.complete()',
    specs: ['spec/wire/framed.spec.ts'],
  },
  {
    name: 'what was sent while a value was being encoded is lost',
    file: 'src/wire/frame-writer.ts',
    text: 'for (const frame of late) this.push(frame)',
    becomes: 'void late',
    specs: ['spec/wire/frame-writer.spec.ts'],
  },
  {
    name: 'a pipe that is ended while a value is being encoded ends before that value',
    file: 'src/wire/frame-writer.ts',
    text: 'if (then !== undefined) this.last = then',
    becomes: 'then?.()',
    specs: ['spec/wire/framed.spec.ts'],
  },
  {
    name: 'credit above the limit is written as it is',
    file: 'src/wire/call-frame-codec.ts',
    text: 'writer.uint32(16).uint32(Math.min(allowance.bytes, maxCredit))',
    becomes: 'writer.uint32(16).uint32(allowance.bytes)',
    specs: ['spec/wire/frame-codec.spec.ts'],
  },
]
