import { clientBench } from '../../harness/client.js'
import { nearEnd } from '../process-send/near.js'

clientBench(() => Promise.resolve(nearEnd(new URL('./child.js', import.meta.url), true)))
