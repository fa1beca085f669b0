import { fileURLToPath } from 'node:url'
import test from 'ava'
import { build } from 'esbuild'

const bundle = (face: string) =>
  build({
    entryPoints: [fileURLToPath(new URL(`../../src/${face}.ts`, import.meta.url))],
    bundle: true,
    platform: 'browser',
    format: 'esm',
    write: false,
    logLevel: 'silent',
  })

test('the helpers of marble tests run in a browser too: nothing of Node’s is behind them', async t => {
  t.deepEqual((await bundle('testing')).errors, [])
})

test('those for processes have a face of their own, which does not', async t => {
  await t.throwsAsync(bundle('testing-node'), { message: /Could not resolve "node:/ })
})
