import { listen } from '../floor/listen.js'
import { serveBench } from '../harness/server.js'
import { program } from './program.js'

serveBench(path => program().then(() => listen(path)))
