/**
 * The order of the house: each folder of `src/`, and the folders it may import from.
 *
 * Data flows in this order: bytes, frames, session, calls, user. CONTRIBUTING.md says why it is so. Where it turns out
 * wrong, change it here and there in the same commit, with the reason.
 */
export const table: Readonly<Record<string, readonly string[]>> = (() => {
  const below = ['error', 'machine', 'protobuf', 'pipe', 'flow', 'schema', 'contract', 'wire']
  const stacked = [...below, 'session', 'call']
  const whole = [...stacked, 'peer', 'transport']
  return {
    error: [],
    machine: [],
    protobuf: [],
    pipe: ['error', 'machine'],
    flow: ['error', 'machine'],
    schema: ['error', 'protobuf'],
    contract: ['error', 'schema'],
    wire: ['error', 'protobuf', 'pipe'],
    session: below,
    call: below, // not session: both speak frames, and peer stacks them
    peer: stacked,
    transport: ['error', 'pipe'],
    testing: whole,
    inspect: whole,
    cli: [...whole, 'inspect'],
  }
})()

/** Folders of `spec/` that mirror no folder of `src/`. */
export const ownSpecs: readonly string[] = [
  'bench', // that what is measured is what it says
  'chaos', // two ends over a wire that is cut again and again, held against a model
  'end-to-end', // real processes, killed and stalled
  'examples',
  'helpers', // shared by specs
  'hostile', // far ends that break every rule
  'mutants', // faults in src, and the specs that catch them
  'leaks', // what is left after many calls and connections: nothing
  'layers', // this table, public names, the packed package, the README
  'reactive-streams', // its rules by their numbers, as far as they make sense here
  'seed', // each feature and each fault of the project this one learned from
  'types', // checked by tsc alone
  'vectors', // bytes from another implementation
]
