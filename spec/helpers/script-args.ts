/** What `node` is to import first, so that it runs TypeScript of this repository. */
export const compiled = new URL('../../scripts/compiled/register.mjs', import.meta.url).href

/** Arguments for `node` that run a TypeScript file of this repository. */
export const scriptArgs = (path: string, ...args: readonly string[]): string[] => ['--import', compiled, path, ...args]
