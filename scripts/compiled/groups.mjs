/**
 * Specs that share a process in `npm test`, folder by folder: most of the CPU that a spec of a pure layer takes is the start of its
 * process. Measured: the 18 files of `spec/call` took 11.6 s (`/usr/bin/time npx ava 'spec/call/**'`), and take 2.5 s as one
 * (`SPECS=grouped /usr/bin/time npx ava .compiled/groups/call.js`).
 */
import { readFileSync } from 'node:fs'
import { relative, sep } from 'node:path'

/** Folders about what has no effect of its own. */
const pure = [
  'examples/marble-testing',
  ...[
    'call',
    'contract',
    'error',
    'flow',
    'layers',
    'machine',
    'peer',
    'pipe',
    'protobuf',
    'reactive-streams',
    'schema',
    'session',
    'testing',
    'vectors',
    'wire',
  ].map(layer => `spec/${layer}`),
]

/**
 * What a spec that needs a process of its own has in it: hooks, other processes, a look at its own, or what generates code, which
 * is not allowed wherever its group runs.
 */
const apart =
  /\btest\.(before|after)|^(import|\}) .*(node:(child_process|http|net|v8|worker_threads)|helpers\/processes|\/from-proto\.js)\b|\bprocess\.|\bperformance\.|\bglobalThis\b/m

/** A path as patterns have it. */
export const patternOf = (root, source) => relative(root, source).replaceAll(sep, '/')

/** The sources of each group, by the group's name, which is that of its folder. */
export const groupsOf = (root, sources) => {
  const specs = sources.filter(source => source.endsWith('.spec.ts') && !apart.test(readFileSync(source, 'utf8')))
  const inFolder = folder => specs.filter(source => patternOf(root, source).startsWith(`${folder}/`))
  return new Map(pure.map(folder => [folder.split('/')[1], inFolder(folder)]).filter(([, those]) => those.length > 1))
}

/** Where the store has a group, from the root of the repository. */
export const groupPath = name => `.compiled/groups/${name}.js`
