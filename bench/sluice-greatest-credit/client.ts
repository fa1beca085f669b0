import { clientBench } from '../harness/client.js'
import { connectTo } from '../sluice/connect-to.js'

const most = 2 ** 31 - 1

clientBench(connectTo({ credit: { items: most, bytes: most } }))
