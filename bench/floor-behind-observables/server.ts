import { listen } from '../floor/listen.js'
import { serveBench } from '../harness/server.js'

serveBench(listen)
