import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import test from 'ava'
import { concatWith, lastValueFrom, map, mergeMap, of, takeWhile, toArray } from 'rxjs'
import { peer } from 'sluice'
import { dial } from 'sluice/node'
import { record, Recorder, toSpec, type SpecOptions } from 'sluice/testing'
import { onExit } from 'signal-exit'
import { ownPlace, start, within } from '../helpers/processes.js'
import { loader } from '../helpers/script-args.js'
import { customer, Desk } from './fixtures/order-desk.js'

ownPlace(test)

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Where specs that were printed lie: inside the repository, where `sluice` means its source. */
mkdirSync(join(root, '.tmp'), { recursive: true })
const place = mkdtempSync(join(root, '.tmp', 'recorded-'))
const remove = () => rmSync(place, { recursive: true, force: true })
onExit(remove)
test.after.always('removes what it printed', remove)

const desk = '../../spec/end-to-end/fixtures/order-desk.js'
const contract = { contract: Desk, name: 'Desk', module: desk }

const node = (...args: readonly string[]): Promise<{ readonly code: unknown; readonly output: string }> =>
  new Promise(settle => {
    const child = execFile(process.execPath, args, { cwd: root, timeout: 110_000 }, (error, stdout, stderr) =>
      settle({ code: error === null ? 0 : error.code, output: `${stdout}${stderr}` }),
    )
    child.stdin?.end()
  })

/** Writes specs, and runs them with ava as a user would. */
const run = async (
  specs: Readonly<Record<string, string>>,
): Promise<{ readonly code: unknown; readonly output: string }> => {
  const folder = mkdtempSync(join(place, 'specs-'))
  for (const [name, text] of Object.entries(specs))
    writeFileSync(join(folder, name), text.replaceAll('../../spec', '../../../spec'))
  const config = join(folder, 'ava.config.js')
  const files = `${folder.slice(root.length).replaceAll('\\', '/')}/*.spec.ts`
  writeFileSync(
    config,
    `export default ${JSON.stringify({ files: [files], extensions: { ts: 'module' }, nodeArguments: [`--import=${loader}`], workerThreads: false })}\n`,
  )
  return node(join(root, 'node_modules', 'ava', 'entrypoints', 'cli.mjs'), '--tap', '--config', config)
}

let file = new Uint8Array(0)

test.before('a customer talks to the desk, in another process, over a unix socket', async t => {
  t.timeout(60_000)
  const undo: Array<() => void | Promise<void>> = []
  try {
    const server = start(
      { teardown: work => void undo.push(work) },
      fileURLToPath(new URL('./fixtures/order-desk.ts', import.meta.url)),
      'serves',
    )
    const [, key = ''] = await server.line(/^key (.*)$/)
    const recorder = new Recorder({ contracts: Desk })
    const over = Symbol('over')
    const values = await within(
      lastValueFrom(
        dial(key).pipe(
          map(record(recorder)),
          peer({ uses: Desk }),
          mergeMap(far => customer(far).pipe(concatWith(of(over)))),
          takeWhile(value => value !== over),
          toArray(),
        ),
      ),
      'the conversation',
    )
    t.true(values.length > 10)
    file = Uint8Array.from(recorder.file())
  } finally {
    for (const work of undo.reverse()) await work()
  }
})

const specs = (options: Partial<SpecOptions> = {}) => toSpec(file, { contract, ...options })

test.serial(
  'a conversation of two processes becomes specs that pass as they stand, whichever end is under test',
  async t => {
    t.timeout(120_000)
    const { code, output } = await run({
      'server-stand-in.spec.ts': specs({ tests: 'accepted' }),
      'client-stand-in.spec.ts': specs({ tests: 'dialled' }),
      'server.spec.ts': specs({ tests: 'accepted', handlers: { name: 'handlers', module: desk } }),
      'client.spec.ts': specs({ tests: 'dialled', subject: { name: 'customer', module: desk } }),
    })
    t.is(code, 0, output)
    t.is(output.match(/^ok /gm)?.length, 4, output)
  },
)

test.serial('they fail when the code under test does something else, and say what', async t => {
  t.timeout(120_000)
  const broken = `import { map, of, take } from 'rxjs'
import { handlers as good } from '${desk}'
export const handlers = { ...good, HANDLER }
`
  const hasty = `import { concat } from 'rxjs'
export const customer = ({ remote }) =>
  concat(remote.order({ id: 7, for: 'Ann', due: new Date(86_400_001) }, { metadata: { desk: 'three' } }))
`
  const handlers = (module: string) => specs({ tests: 'accepted', handlers: { name: 'handlers', module } })
  const { code, output } = await run({
    'wrong-item.ts': broken.replace(
      'HANDLER',
      'progress: () => good.progress().pipe(map(({ step }) => ({ step, note: undefined })))',
    ),
    'wrong-item.spec.ts': handlers('./wrong-item.js'),
    'short.ts': broken.replace('HANDLER', 'progress: () => good.progress().pipe(take(3))'),
    'short.spec.ts': handlers('./short.js'),
    'forgiving.ts': broken.replace('HANDLER', "order: () => of({ ticket: 'Ann #7', wait: 3 })"),
    'forgiving.spec.ts': handlers('./forgiving.js'),
    'hasty.ts': hasty,
    'hasty.spec.ts': specs({ tests: 'dialled', subject: { name: 'customer', module: './hasty.js' } }),
  })
  t.is(code, 1, output)
  t.is(output.match(/^not ok /gm)?.length, 4, output)
  // ava breaks its lines
  const told = output.replace(/[\s␊-]+/g, ' ')
  for (const text of [
    `expected Next { step: 0, note: 'step 0 is "done"' } got Next { step: 0, note: undefined }`,
    'expected Next { step: 3, note: undefined } got Complete recorded N N N N N C said N N N C ^',
    `expected Fail FAILURE { _tag: 'SoldOut', left: ['rye', "baker's"] } got Reply { ticket: 'Ann #7', wait: 3 }`,
    "expected Open order { id: 7, for: 'Ann', due: '1970 01 02T00:00:00.000Z' } with { desk: 'three' }, with a time out got Open order { id: 7, for: 'Ann', due: '1970 01 02T00:00:00.001Z' }",
  ])
    t.true(told.includes(text), `${text} is not in ${told}`)
})
