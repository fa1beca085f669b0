import { VirtualTimeScheduler } from 'rxjs'
import { memoryPair, type Layer, type PipeError } from 'sluice'

/** What is said of bytes that were heard. */
export type Told = number[] | string

/** What comes in at the dialled end below a fault, and what arrives at the other, when both have said these chunks. */
export const through = (
  fault: Layer<Uint8Array, Uint8Array>,
  chunks: readonly Uint8Array[],
  end?: 'complete' | 'error',
): { readonly near: readonly Told[]; readonly far: readonly Told[] } => {
  const scheduler = new VirtualTimeScheduler()
  const { dialled, accepted } = memoryPair(scheduler)
  const pipe = fault(dialled)
  const near: Told[] = []
  const far: Told[] = []
  const into = (seen: Told[]) => ({
    next: (bytes: Uint8Array) => seen.push([...bytes]),
    error: (error: unknown) => seen.push((error as PipeError).why),
    complete: () => seen.push('end'),
  })
  pipe.incoming.subscribe(into(near))
  accepted.incoming.subscribe(into(far))
  for (const chunk of chunks) accepted.outgoing.next(chunk)
  if (end === 'complete') accepted.outgoing.complete()
  if (end === 'error') accepted.outgoing.error(new Error('enough'))
  scheduler.flush()
  pipe.outgoing.next(Uint8Array.of(99))
  scheduler.flush()
  return { near, far }
}
