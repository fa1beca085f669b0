import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const source = (face: string): string => fileURLToPath(new URL(`../../../src/${face}.ts`, import.meta.url))

/** Within this repository `sluice` is its source; elsewhere no alias is needed. */
const config = defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  resolve: {
    alias: [
      { find: /^sluice\/testing$/, replacement: source('testing') },
      { find: /^sluice$/, replacement: source('index') },
    ],
  },
  test: { include: ['vitest.test.ts'] },
})

// eslint-disable-next-line no-restricted-syntax -- Vitest reads the default export
export default config
