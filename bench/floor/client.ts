import { clientBench } from '../harness/client.js'
import { dial } from './dial.js'

clientBench(dial)
