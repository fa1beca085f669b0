export default {
  files: ['spec/**/*.spec.ts'],
  extensions: { ts: 'module' },
  nodeArguments: ['--import=tsx'],
  // tsx registers its loader per process, so specs run in processes on Node 20
  workerThreads: false,
  timeout: '60s',
}
