/** How Node finds and loads the project's TypeScript; see https://nodejs.org/docs/latest-v20.x/api/module.html#hooks */
import { fileURLToPath, pathToFileURL } from 'node:url'
import { compiledNow, isKept, placeOf, placeOfPackage, root } from './store.mjs'

const home = pathToFileURL(root).href
const isOurs = url => url?.startsWith(home) === true && !url.includes('/node_modules/')
const isSource = url => isOurs(url) && url.endsWith('.ts')

/** What is kept of a source is loaded in its place. */
const found = url => {
  const path = fileURLToPath(url)
  return { url: isKept(path) ? pathToFileURL(placeOf(path)).href : url, format: 'module', shortCircuit: true }
}

/** `./x.js` is `./x.ts` beside a source of ours; `sluice`, and what it shares with its users, is in the store. */
export const resolve = (specifier, context, next) => {
  if (isOurs(context.parentURL)) {
    const place = placeOfPackage(specifier)
    if (place !== undefined) return { url: pathToFileURL(place).href, format: 'module', shortCircuit: true }
  }
  if (isSource(context.parentURL) && /^\.\.?\/.*\.js$/.test(specifier))
    return found(new URL(specifier.replace(/js$/, 'ts'), context.parentURL).href)
  return isSource(specifier) ? found(specifier) : next(specifier, context)
}

export const load = async (url, context, next) =>
  isSource(url)
    ? { format: 'module', source: await compiledNow(fileURLToPath(url)), shortCircuit: true }
    : next(url, context)
