import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { dependenciesOf } from '../../bench/cold/dependencies.js'
import { missing } from '../../bench/harness/packages.js'
import { promiseClient } from '../../bench/harness/promise-client.js'
import { answerTo, chunkSize, echoSize, itemAt } from '../../bench/harness/workload.js'

type Json = Readonly<Record<string, Readonly<Record<string, unknown>>>>

const read = (path: string): Json => JSON.parse(readFileSync(path, 'utf8')) as Json

const folder = (): string => mkdtempSync(join(tmpdir(), 'sluice-spec-'))

test('a package is missing until it is installed', t => {
  const root = folder()
  t.teardown(() => rmSync(root, { recursive: true }))
  mkdirSync(join(root, 'node_modules/@some/thing'), { recursive: true })
  writeFileSync(join(root, 'node_modules/@some/thing/package.json'), '{}')
  t.deepEqual(missing(['@some/thing', 'other'], root), ['other'])
  t.deepEqual(missing([], root), [])
})

test('the peers are of exact versions, from no named host, and none stands in the way of what sluice is made of', t => {
  const { dependencies = {} } = read('bench/package.json')
  for (const [name, version] of Object.entries(dependencies))
    t.regex(version as string, /^\d+\.\d+\.\d+(-[\w.]+)?$/, name)
  t.notRegex(readFileSync('bench/package-lock.json', 'utf8'), /"resolved"/)
  const { packages = {} } = read('bench/package-lock.json')
  const own = read('package.json')
  const ours = Object.keys({ ...own.dependencies, ...own.peerDependencies })
  // the benchmark's modules would find such a package before they find sluice's
  const shadows = ours.filter(name => `node_modules/${name}` in packages)
  t.deepEqual(shadows, ['ws'])
  t.is(dependencies.ws, own.devDependencies?.ws)
})

test('a client that speaks in promises looks at every value', async t => {
  const good = promiseClient({
    ask: async ask => answerTo(ask),
    items: async (count, take) => {
      for (let n = 0; n < count; n++) take(itemAt(n))
    },
    chunks: async (count, take) => {
      for (let n = 0; n < count; n++) take(new Uint8Array(chunkSize))
    },
    echo: async message => message,
    close: () => undefined,
  })
  t.is((await good.latency!(3)).length, 3)
  await good.calls!(100, 7)
  await good.stream!(5)
  await good.bytes!(2)
  await good.big!(2)

  const bad = promiseClient({
    ask: async ({ name, count }) => ({ text: name, total: count + 2 }),
    items: async (count, take) => {
      for (let n = 1; n < count; n++) take(itemAt(n - 1))
    },
    chunks: async (_, take) => take(new Uint8Array(chunkSize)),
    echo: async () => new Uint8Array(echoSize - 1),
    close: () => undefined,
  })
  await t.throwsAsync(bad.latency!(1), { message: /wrong answer/ })
  await t.throwsAsync(bad.calls!(10, 2), { message: /wrong answer/ })
  await t.throwsAsync(bad.stream!(5), { message: '4 of 5 items came' })
  await t.throwsAsync(bad.bytes!(2), { message: '65536 of 131072 bytes came' })
  await t.throwsAsync(bad.big!(1), { message: /1048575 of 1048576 bytes/ })
})

test('every call of a pipelined run is made once, with as many in flight as asked for', async t => {
  let inFlight = 0
  let most = 0
  const asked: number[] = []
  const client = promiseClient({
    ask: async ask => {
      asked.push(ask.count)
      most = Math.max(most, ++inFlight)
      await new Promise(setImmediate)
      inFlight--
      return answerTo(ask)
    },
    close: () => undefined,
  })
  await client.calls!(50, 8)
  t.is(most, 8)
  t.deepEqual(
    asked.sort((a, b) => a - b),
    Array.from({ length: 50 }, (_, n) => n),
  )
})

test('the dependencies of some modules are what they import from outside, however deep', t => {
  const root = folder()
  t.teardown(() => rmSync(root, { recursive: true }))
  writeFileSync(
    join(root, 'a.js'),
    "import { x } from 'one'\nexport {\n  y,\n} from './b.js'\nexport const z = './no.js'\nawait import('late')\n",
  )
  writeFileSync(
    join(root, 'b.js'),
    "import './a.js'\nimport 'two/deep.js'\nimport n from \"node:net\"\nexport const y = n\n",
  )
  const text = dependenciesOf([join(root, 'a.js')])
  t.deepEqual(text.trim().split('\n').sort(), ["import 'node:net'", "import 'one'", "import 'two/deep.js'"])
  t.throws(() => dependenciesOf([]), { message: /import nothing from outside/ })
})
