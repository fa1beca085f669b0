export default {
  files: ['spec/**/*.spec.ts'],
  extensions: { ts: 'module' },
  nodeArguments: ['--import=tsx'],
  // tsx registers its loader per process, so specs run in processes on Node 20
  workerThreads: false,
  // many specs wait for processes and sockets: two more than there are cores on a small machine keep it busy
  concurrency: 4,
  timeout: '60s',
}
