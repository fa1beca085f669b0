/**
 * Specs that share a process in `npm test`, folder by folder: nine tenths of the CPU that a spec of a pure layer takes is the start
 * of its process. Measured (`/usr/bin/time npx ava 'spec/call/**'`): 18 files took 11.6 s, and take 2.9 s as one.
 */
import { readFileSync } from 'node:fs'
import { join, relative } from 'node:path'

/** Folders of `spec/` about what has no effect of its own. */
const pure = [
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
]

/** What a spec that needs a process of its own has in it: hooks, other processes, or a look at its own. */
const apart =
  /\btest\.(before|after)|node:(child_process|http|net|v8|worker_threads)\b|helpers\/processes|\bprocess\.|\bperformance\.|\bglobalThis\b/

/** The sources of each group, by the group's name. */
export const groupsOf = (root, sources) => {
  const groups = new Map(pure.map(folder => [folder, []]))
  for (const source of sources) {
    const [top, folder] = relative(root, source).split(/[/\\]/)
    if (top !== 'spec' || !source.endsWith('.spec.ts')) continue
    if (!apart.test(readFileSync(source, 'utf8'))) groups.get(folder)?.push(source)
  }
  return new Map([...groups].filter(([, specs]) => specs.length > 1))
}

/** Where the store has a group, from the root of the repository. */
export const groupPath = name => join('.compiled', 'groups', `${name}.js`)
