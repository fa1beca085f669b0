import { clientBench } from '../harness/client.js'
import { dial } from './dial.js'

clientBench(path => dial(path).then(({ client }) => client))
