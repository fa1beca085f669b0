/** How Node finds and loads the project's TypeScript; see https://nodejs.org/docs/latest-v20.x/api/module.html#hooks */
import { readFileSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { compiledNow, faces, isFresh, placeOf, root } from './store.mjs'

const home = pathToFileURL(root).href
const isOurs = url => url?.startsWith(home) === true && url.endsWith('.ts')

/** `./x.js` is `./x.ts` beside a source of ours, and `sluice` is its source. */
export const resolve = (specifier, context, next) => {
  const face = faces[specifier]
  if (face !== undefined) return { url: pathToFileURL(face).href, format: 'module', shortCircuit: true }
  if (isOurs(context.parentURL) && /^\.\.?\/.*\.js$/.test(specifier))
    return {
      url: new URL(specifier.replace(/js$/, 'ts'), context.parentURL).href,
      format: 'module',
      shortCircuit: true,
    }
  return isOurs(specifier) ? { url: specifier, format: 'module', shortCircuit: true } : next(specifier, context)
}

export const load = async (url, context, next) => {
  if (!isOurs(url)) return next(url, context)
  const path = fileURLToPath(url)
  const source = isFresh(path) ? readFileSync(placeOf(path)) : await compiledNow(path)
  return { format: 'module', source, shortCircuit: true }
}
