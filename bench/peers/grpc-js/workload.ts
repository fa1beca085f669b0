import { fileURLToPath } from 'node:url'
import { loadPackageDefinition, type ServiceClientConstructor } from '@grpc/grpc-js'
import { loadSync } from '@grpc/proto-loader'

const definition = loadSync(fileURLToPath(new URL('workload.proto', import.meta.url)), { keepCase: true })
const { bench } = loadPackageDefinition(definition) as unknown as {
  readonly bench: { readonly Workload: ServiceClientConstructor }
}

/** The service of workload.proto. */
export const Workload = bench.Workload

export interface Count {
  readonly count: number
}

export interface Chunk {
  readonly data: Uint8Array
}
