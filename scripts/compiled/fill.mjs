/** Fills the store once, before the stages of `npm test` ask for it side by side. */
import { compileAll } from './store.mjs'

await compileAll()
