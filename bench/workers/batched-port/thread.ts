import { parentPort } from 'node:worker_threads'
import { serve } from '../../floor/serve.js'
import { portWay } from './port-way.js'

const take = serve(portWay(parentPort!, read => take(read)))
