import { serveAt } from '../sluice/serve-at.js'

serveAt({ borrow: true })
