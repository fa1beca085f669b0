import { windowSize } from '../flow/receive-window.js'
import type { Reader } from '../protobuf/reader.js'
import { noFlow, type Consumer, type Flow } from './consumer.js'
import { ItemReceiver, type ReceivingCall } from './item-receiver.js'
import type { Line } from './line.js'
import { takesMany, type ServingEnd } from './method-end.js'
import { Remote } from './remote.js'

/** How a call ended, as its items' consumer is told. */
export interface ItemsEnd {
  readonly error?: unknown
}

/** The items that the caller of an upload or a channel sends, and the one who takes them. */
export class IncomingItems {
  private receiver: ItemReceiver | undefined = undefined
  /** `undefined` before somebody takes the items, and once nobody does any more. */
  private consumer: Consumer<unknown> | undefined = undefined
  private over: ItemsEnd | undefined = undefined

  constructor(
    private readonly line: Line,
    private readonly end: ServingEnd,
    private readonly call: ReceivingCall,
  ) {}

  /** The items as users see them. */
  get requests$(): Remote<never> {
    return new Remote(consumer => this.begin(consumer))
  }

  /** An item, or the last part of one, has come. */
  onNext(reader: Reader): void {
    if (this.receiver === undefined) this.uncalledFor()
    else this.receiver.take(reader)
  }

  /** A part of an item has come. */
  onFragment(reader: Reader): void {
    if (this.receiver === undefined) this.uncalledFor()
    else this.receiver.takePart(reader)
  }

  /** The caller's items are over. */
  onComplete(): void {
    if (!takesMany(this.end.kind)) return this.line.violated(`call ${this.call.id} has no items to complete`)
    if (this.receiver?.amidst === true)
      return this.line.violated(`call ${this.call.id} completed in the middle of an item that came in parts`)
    this.finish({})
  }

  /** The call has ended, so that no more items come; an `error` that is there goes to who took them. */
  finish(ended: ItemsEnd): void {
    this.over ??= ended
    this.receiver?.stop()
    const { consumer } = this
    this.consumer = undefined
    if ('error' in ended) consumer?.error(ended.error)
    else consumer?.complete()
  }

  private begin(consumer: Consumer<unknown>): Flow {
    const { line, call, end, over } = this
    if (this.receiver !== undefined) {
      consumer.error(new TypeError(`${end.name}: requests$ has one subscriber: share() it to have more`))
      return noFlow
    }
    if (!takesMany(end.kind)) {
      consumer.complete()
      return noFlow
    }
    if (over !== undefined) {
      if ('error' in over) consumer.error(over.error)
      else consumer.complete()
      return noFlow
    }
    const window = windowSize(end.options.credit)
    const receiver = new ItemReceiver(line, end.decodeInput, consumer, window, call)
    this.receiver = receiver
    this.consumer = consumer
    line.send({ _tag: 'Credit', id: call.id, ...receiver.size })
    return {
      consumed: size => receiver.consumed(size),
      unsubscribe: () => {
        receiver.stop()
        this.consumer = undefined
      },
    }
  }

  private uncalledFor(): void {
    this.line.violated(`call ${this.call.id} was sent an item without credit`)
  }
}
