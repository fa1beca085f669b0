import { fromParent } from 'sluice/node'
import { serveWorkload } from '../sluice/serve-workload.js'

serveWorkload(fromParent()).subscribe()
