/** `node --import ./scripts/compiled/register.mjs program.ts` runs a program of the project. */
import { register } from 'node:module'

register('./hooks.mjs', import.meta.url)
