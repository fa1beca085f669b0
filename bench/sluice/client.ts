import { clientBench } from '../harness/client.js'
import { connectTo } from './connect-to.js'

clientBench(connectTo())
