import { groupPath, patternOf } from './scripts/compiled/groups.mjs'
import { compileAll, groups, root } from './scripts/compiled/store.mjs'

await compileAll()

// `npm test` has specs of pure layers share processes; a spec by itself has its own, and says its file's name
const grouped = process.env.SPECS === 'grouped' ? groups() : new Map()

export default {
  files: [
    'spec/**/*.spec.ts',
    'examples/**/*.spec.ts',
    ...[...grouped.keys()].map(groupPath),
    ...[...grouped.values()].flat().map(source => `!${patternOf(root, source)}`),
  ],
  typescript: { compile: false, rewritePaths: { 'spec/': '.compiled/spec/', 'examples/': '.compiled/examples/' } },
  nodeArguments: ['--enable-source-maps'],
  // what specs and their programs do at the end of a process they do in one of their own
  workerThreads: false,
  // many specs have real processes and real time: more of them at once than cores would make them wait for each other
  concurrency: 2,
  // without a word; no shorter than the longest t.timeout of a usual run, which would switch it off
  timeout: '4m',
}
