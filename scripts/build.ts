import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { buildFaces } from './build-faces.js'
import { compiler } from './compiler.js'

/**
 * `npm run build [-- OUT]`: compiles `src/` into `dist/`, or into the folder given: types module by module, code face by face.
 * Whether they are right is for `npm run typecheck` to say.
 *
 * The folder is emptied first: a module that was renamed must not live on in the package.
 */
const outDir = process.argv[2] ?? 'dist'

rmSync(outDir, { recursive: true, force: true })
const { status } = spawnSync(process.execPath, [compiler, '-p', 'tsconfig.build.json', '--outDir', outDir], {
  stdio: 'inherit',
})
process.exitCode = status ?? 1
if (status === 0) await buildFaces(outDir)
