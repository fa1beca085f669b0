import { farEnd } from '../process-send/far.js'

farEnd(false)
