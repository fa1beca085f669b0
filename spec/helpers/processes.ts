import { startProgram, type Program, type Teardown } from 'sluice/testing/node'
import { scriptArgs } from './script-args.js'

/** What end-to-end specs share is public; this adds how the programs of this repository are started. */
export {
  adopt,
  gone,
  hold,
  lives,
  ownPlace,
  pause,
  scene,
  until,
  within,
  type Program,
  type Teardown,
} from 'sluice/testing/node'

/** Starts a TypeScript file in a process of its own, which is killed at the latest when the test is over. */
export const start = (t: Teardown, path: string, ...args: readonly string[]): Program =>
  startProgram(t, process.execPath, scriptArgs(path, ...args))
