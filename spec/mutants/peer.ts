import type { Mutant } from './mutant.js'

/** Faults in `src/peer`, and in `src/pipe` below it. */
export const peerMutants: readonly Mutant[] = [
  {
    name: 'a stream that goes on with the next session asks from its beginning',
    file: 'src/peer/repeated-call.ts',
    text: 'input = this.resumeFrom(input, this.last.value)',
    becomes: 'void this.resumeFrom',
    specs: ['spec/peer/resume.spec.ts'],
  },
  {
    name: 'the time for a request begins anew with each session',
    file: 'src/peer/repeated-call.ts',
    text: 'Math.max(0, this.deadline - this.scheduler.now())',
    becomes: 'Math.max(0, this.deadline)',
    specs: ['spec/peer/resume.spec.ts'],
  },
  {
    name: 'calls that were open are lost although their session may go on',
    file: 'src/peer/peer-core.ts',
    text: `this.connection?.on({ _tag: 'Broke', resumable: this.mayComeBack(error), error })`,
    becomes: `this.connection?.on({ _tag: 'Broke', resumable: false, error })`,
    specs: ['spec/peer/resume.spec.ts'],
  },
  {
    name: 'handshakes that failed count as under way for ever',
    file: 'src/peer/peers.ts',
    text: 'if (!settled) this.handshaking--',
    becomes: 'if (!settled) void this.handshaking',
    specs: ['spec/hostile/hostile.spec.ts'],
  },
  {
    name: 'a stranger may say frames as long as one who has proved itself',
    file: 'src/peer/peers.ts',
    text: 'Math.min(frameBytes, longestBeforeProof)',
    becomes: 'Math.max(frameBytes, longestBeforeProof)',
    specs: ['spec/peer/strangers.spec.ts'],
  },
  {
    name: 'close() does not wait for the calls in flight',
    file: 'src/peer/connection.ts',
    text: `return this.calls.close(() => this.on({ _tag: 'Idle' }))`,
    becomes: `return this.on({ _tag: 'Idle' })`,
    specs: ['spec/peer/ends.spec.ts'],
  },
  {
    name: 'waits between attempts grow past their limit',
    file: 'src/pipe/backoff.ts',
    text: 'Math.min(to, from * factor ** (attempt - 1))',
    becomes: 'Math.max(from, from * factor ** (attempt - 1))',
    specs: ['spec/pipe/backoff.spec.ts'],
  },
  {
    name: 'a far end that refused is dialled again and again',
    file: 'src/pipe/reconnect.ts',
    text: `return (_tag === 'Refused' && why !== 'late') || final === true`,
    becomes: 'return void [_tag, why] === final',
    specs: ['spec/pipe/reconnect.spec.ts'],
  },
  {
    name: 'attempts are counted anew with each pipe, however short it held',
    file: 'src/pipe/reconnect.ts',
    text: 'scheduler.now() - wholeSince >= heldFor && ',
    becomes: '',
    specs: ['spec/pipe/reconnect.spec.ts'],
  },
]
