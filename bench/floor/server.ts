import { serveBench } from '../harness/server.js'
import { listen } from './listen.js'

serveBench(listen)
