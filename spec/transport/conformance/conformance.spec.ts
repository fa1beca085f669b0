import test from 'ava'
import { map, type Observable, of } from 'rxjs'
import { memoryPipes } from '../../../src/transport/memory-pipes.js'
import { bind } from '../../../src/transport/node/bind.js'
import type { BindOptions } from '../../../src/transport/node/listen.js'
import { dial } from '../../../src/transport/node/dial.js'
import { byteCases } from './byte-cases.js'
import type { Rig } from './rig.js'

const socket = (options: BindOptions): Observable<Rig> =>
  bind(options).pipe(map(({ key, pipes$ }) => ({ dial: dial(key), pipes$ })))

const transports: Readonly<Record<string, Observable<Rig>>> = {
  'memory pipe': of(null).pipe(map(() => memoryPipes())),
  'unix socket': socket({}),
  'loopback TCP': socket({ tcp: {} }),
}

for (const [transport, rig$] of Object.entries(transports)) {
  for (const { name, run } of byteCases) {
    test(`${transport} ${name}`, async t => {
      await t.notThrowsAsync(run(rig$))
    })
  }
}
