import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { build } from 'vite'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** Builds the page into a directory. `sluice` and its faces are what tsconfig.json says they are. */
export const buildPage = async (directory: string): Promise<void> => {
  await build({
    root: here('page'),
    configFile: false,
    logLevel: 'error',
    plugins: [react()],
    resolve: { tsconfigPaths: true },
    build: {
      outDir: directory,
      emptyOutDir: true,
      target: 'es2022',
      cssTarget: 'chrome123',
      assetsInlineLimit: 0, // the page's policy lets no data: in
      modulePreload: { polyfill: false },
    },
    worker: { format: 'es' },
  })
}

const [, program, directory] = process.argv
if (program === fileURLToPath(import.meta.url) && directory !== undefined) await buildPage(directory)
