/** As much of it as is used here; the package has no types. */
declare module 'node-ipc' {
  import type { Socket } from 'node:net'

  interface Client {
    on(event: string, take: (data: never) => void): void
    emit(event: string, data: unknown): void
  }

  interface Server {
    on(event: string, take: (data: never, socket: Socket) => void): void
    emit(socket: Socket, event: string, data: unknown): void
    start(): void
  }

  const ipc: {
    config: { id: string; silent: boolean }
    server: Server
    of: { bench: Client }
    serve(path: string, started: () => void): void
    connectTo(id: string, path: string, made: () => void): void
    disconnect(id: string): void
  }
  // eslint-disable-next-line no-restricted-syntax -- it is what the package does
  export default ipc
}
