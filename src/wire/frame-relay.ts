import { Subscription } from 'rxjs'
import { FrameSource } from './frame-source.js'
import type { Reader } from '../protobuf/reader.js'
import { giveOpen, type FrameTaker, type PayloadKind } from './frame-taker.js'
import type { Frame, Open } from './frame.js'

const nobody: FrameTaker = {
  payload: () => undefined,
  frame: () => undefined,
  error: () => undefined,
  complete: () => undefined,
}

/**
 * Hands frames on from one layer to the next: what it takes goes to whoever takes from its {@link FrameRelay.source}.
 *
 * What comes while nobody takes is dropped. There is one taker at a time: another one takes over.
 */
export class FrameRelay<F extends Frame = Frame> implements FrameTaker<F> {
  private taker: FrameTaker<F> = nobody
  private over: { readonly error?: unknown } | undefined = undefined

  /** For the layer above. */
  readonly source = new FrameSource<F>(taker => {
    if (this.over === undefined) this.taker = taker
    else if ('error' in this.over) taker.error(this.over.error)
    else taker.complete()
    return new Subscription(() => {
      if (this.taker === taker) this.taker = nobody
    })
  })

  payload(kind: PayloadKind, id: number, reader: Reader): void {
    this.taker.payload(kind, id, reader)
  }

  open(open: Open, reader: Reader): void {
    giveOpen(open, reader, this.taker)
  }

  frame(frame: F): void {
    this.taker.frame(frame)
  }

  error(error: unknown): void {
    this.end({ error })
  }

  complete(): void {
    this.end({})
  }

  private end(over: { readonly error?: unknown }): void {
    if (this.over !== undefined) return
    this.over = over
    const { taker } = this
    this.taker = nobody
    if ('error' in over) taker.error(over.error)
    else taker.complete()
  }
}
