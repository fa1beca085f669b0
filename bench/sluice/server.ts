import { serveAt } from './serve-at.js'

serveAt()
