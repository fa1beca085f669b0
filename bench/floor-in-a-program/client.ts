import { dial } from '../floor/dial.js'
import { clientBench } from '../harness/client.js'
import { program } from './program.js'

clientBench(path =>
  program()
    .then(() => dial(path))
    .then(({ client }) => client),
)
