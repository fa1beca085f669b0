import type { Answer, Ask } from '../../harness/workload.js'

/** What the server offers; `Bytes` is base64 where the channel is text. */
export interface ServerFunctions<Bytes> {
  call(ask: Ask): Answer
  items(count: number): Promise<void>
  chunks(count: number): Promise<void>
  echo(message: Bytes): Bytes
}

/** What the client offers, as events. */
export interface ClientFunctions<Bytes> {
  item(item: Answer): void
  chunk(chunk: Bytes): void
}
