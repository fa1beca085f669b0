import { clientBench } from '../harness/client.js'
import { connectTo } from '../sluice/connect-to.js'

clientBench(connectTo({ borrow: true }))
