import { workerData } from 'node:worker_threads'
import { serve } from '../../floor/serve.js'
import { readFrom, writeTo } from './ring.js'

const { up, down } = workerData as { readonly up: SharedArrayBuffer; readonly down: SharedArrayBuffer }

setInterval(() => undefined, 60_000) // a wait does not keep a thread alive
void readFrom(up, serve(writeTo(down)))
