import test from 'ava'
import * as io from 'io-ts'
import { concat, firstValueFrom, ignoreElements, mergeMap, type Observable, of, tap } from 'rxjs'
import { contract, int32, memoryPipes, paced, peer, serve, stream, upload, type Peer } from 'sluice'

const Counting = contract('widening.Counting', {
  count: stream(io.void, int32),
  told: stream(io.void, int32, { credit: { items: 256 } }),
  sum: upload(int32, io.void),
})

const most = 40_000

/** Numbers that are made as they are asked for, and how far they were ahead of their consumer at most. */
const produced = () => {
  let asked = 0
  let lead = 0
  function* numbers(): Generator<number> {
    while (asked < most) yield asked++
  }
  return {
    numbers,
    taken: (n: number): number => {
      lead = Math.max(lead, asked - n)
      return n
    },
    lead: () => lead,
  }
}

/** Takes all, over a pipe in memory. */
const leadOf = async (
  call: (remote: Peer<typeof Counting>['remote'], made: ReturnType<typeof produced>) => Observable<unknown>,
): Promise<number> => {
  const made = produced()
  const { dial, pipes$ } = memoryPipes()
  const serving = pipes$
    .pipe(
      peer({ serves: Counting }),
      mergeMap(far =>
        serve(far, {
          count: () => made.numbers(),
          told: () => made.numbers(),
          sum: numbers$ => concat(numbers$.pipe(tap(made.taken), ignoreElements()), of(undefined)),
        }),
      ),
    )
    .subscribe()
  await firstValueFrom(
    dial.pipe(
      peer({ uses: Counting }),
      mergeMap(({ remote }) => concat(call(remote, made).pipe(ignoreElements()), of('all'))),
    ),
  )
  serving.unsubscribe()
  return made.lead()
}

test('a plain subscription that keeps up is granted more and more, up to 32,768 items', async t => {
  const lead = await leadOf((remote, { taken }) => remote.count().pipe(tap(taken)))
  t.true(lead > 2_000 && lead <= 32_768 + 1, `${lead} items ahead`)
})

test('so is a handler that takes an upload as it comes', async t => {
  const lead = await leadOf((remote, { numbers }) => remote.sum(numbers()))
  t.true(lead > 2_000 && lead <= 32_768 + 1, `${lead} items ahead`)
})

test('a window that was told, by the contract or by the call, stays as it was told', async t => {
  const byContract = await leadOf((remote, { taken }) => remote.told().pipe(tap(taken)))
  const byCall = await leadOf((remote, { taken }) =>
    remote.count(undefined, { credit: { items: 256 } }).pipe(tap(taken)),
  )
  for (const lead of [byContract, byCall]) t.true(lead > 128 && lead <= 257, `${lead} items ahead`)
})

test('a paced consumer is granted no more than it is done with', async t => {
  const lead = await leadOf((remote, { taken }) => paced(remote.count(), n => of(taken(n))))
  t.true(lead > 128 && lead <= 257, `${lead} items ahead`)
})
