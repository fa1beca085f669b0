import { RpcTarget } from 'capnweb'
import { type Answer, answerTo, type Ask, chunkSize, itemAt } from '../../harness/workload.js'

const chunk = new Uint8Array(chunkSize).fill(7)

const streamOf = <T>(count: number, at: (n: number) => T): ReadableStream<T> => {
  let n = 0
  return new ReadableStream({
    pull: controller => {
      if (n < count) controller.enqueue(at(n++))
      else controller.close()
    },
  })
}

/** What the server offers. */
export class Api extends RpcTarget {
  call(ask: Ask): Answer {
    return answerTo(ask)
  }
  items(count: number): ReadableStream<Answer> {
    return streamOf(count, itemAt)
  }
  chunks(count: number): ReadableStream<Uint8Array> {
    return streamOf(count, () => chunk)
  }
  echo(message: Uint8Array): Uint8Array {
    return message
  }
}
