import { compileAll } from './scripts/compiled/store.mjs'

await compileAll()

export default {
  files: ['spec/**/*.spec.ts', 'examples/**/*.spec.ts'],
  extensions: { ts: 'module' },
  nodeArguments: ['--import=./scripts/compiled/register.mjs'],
  // a loader is registered per process, so specs run in processes on Node 20
  workerThreads: false,
  // many specs have real processes and real time: more of them at once than cores would make them wait for each other
  concurrency: 2,
  // without a word; no shorter than the longest t.timeout of a usual run, which would switch it off
  timeout: '4m',
}
