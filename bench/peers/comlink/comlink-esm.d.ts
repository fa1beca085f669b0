/** The modules that its README names for Node, which have no types beside them. */
declare module 'comlink/dist/esm/comlink.mjs' {
  export { expose, proxy, transfer, wrap } from 'comlink'
}

declare module 'comlink/dist/esm/node-adapter.mjs' {
  import type { Endpoint } from 'comlink'

  const nodeEndpoint: (port: unknown) => Endpoint
  // eslint-disable-next-line no-restricted-syntax -- it is what the package does
  export default nodeEndpoint
}
