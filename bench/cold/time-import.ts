/** Says how long the import of a module took, in milliseconds. */
const start = performance.now()
await import(process.argv[2] ?? '')
process.send?.(performance.now() - start)
process.disconnect()
