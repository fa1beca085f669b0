import type { Mutant } from './mutant.js'

/** Faults in `src/transport`. */
export const transportMutants: readonly Mutant[] = [
  {
    name: 'the sweep of stale sockets takes those of live processes too',
    file: 'src/transport/node/private-places.ts',
    text: `    process.kill(pid, 0)
    return false`,
    becomes: `    process.kill(pid, 0)
    return true`,
    specs: ['spec/transport/node/private-places.spec.ts'],
  },
  {
    name: 'a path on which another program listens is stolen from it',
    file: 'src/transport/node/clear-stale-socket.ts',
    text: `    socket.destroy()
    answer('live')`,
    becomes: `    socket.destroy()
    answer('stale')`,
    specs: ['spec/transport/node/socket-path.spec.ts', 'spec/transport/node/bind.spec.ts'],
  },
  {
    name: 'last words lost: a write that fails closes the socket with what lies unread in it',
    file: 'src/transport/node/socket-carrier.ts',
    text: 'else setTimeout(destroy, lastWordsWithin).unref()',
    becomes: 'else destroy()',
    specs: ['spec/transport/node/dial.spec.ts', 'spec/transport/node/spawn.spec.ts'],
  },
  {
    name: 'a page of any origin may open a WebSocket',
    file: 'src/transport/node/web-socket-reception.ts',
    text: 'else if (origin !== undefined && !origins.includes(origin))',
    becomes: `else if (origin === '')`,
    specs: ['spec/transport/node/web-socket.spec.ts'],
  },
  {
    name: 'what comes in before there is a reader is dropped',
    file: 'src/transport/hold-pipe.ts',
    text: 'else if (!hungUp) early.push(',
    becomes: 'else if (hungUp) early.push(',
    specs: ['spec/transport/message-port.spec.ts'],
  },
  {
    name: 'a full pipe does not say so to its writer',
    file: 'src/transport/memory-pipes.ts',
    text: 'if (this.queued > fullAt && this.writable.value) this.writable.next(false)',
    becomes: '',
    specs: ['spec/transport/memory-pipes.spec.ts'],
  },
  {
    name: 'a listener lets in one client more than it was told',
    file: 'src/transport/node/listen.ts',
    text: 'if (room.waiting >= waiting || admitted >= clients || subscriber.closed) return false',
    becomes: 'if (room.waiting > waiting || admitted >= clients || subscriber.closed) return false',
    specs: ['spec/transport/node/bind.spec.ts'],
  },
]
