import { Observable } from 'rxjs'
import type { FloorClient } from '../floor/client-of.js'
import { dial } from '../floor/dial.js'
import { type BenchClient, clientBench } from '../harness/client.js'
import { observing } from '../harness/observing.js'
import type { Answer } from '../harness/workload.js'

const clientOf = ({ client, call, items }: FloorClient): BenchClient => {
  const { calls, stream, streams } = observing({
    call: n =>
      new Observable<Answer>(subscriber =>
        call(n, (_, answer) => {
          subscriber.next(answer)
          subscriber.complete()
        }),
      ),
    items: count =>
      new Observable<Answer>(subscriber =>
        items(count, { item: answer => subscriber.next(answer), end: () => subscriber.complete() }),
      ),
  })
  return { calls, stream, streams, close: () => client.close() }
}

clientBench(path => dial(path).then(clientOf))
