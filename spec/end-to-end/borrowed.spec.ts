import assert from 'node:assert/strict'
import test, { type ExecutionContext } from 'ava'
import fc from 'fast-check'
import * as io from 'io-ts'
import {
  concatMap,
  count,
  ignoreElements,
  lastValueFrom,
  map,
  mergeMap,
  of,
  take,
  tap,
  timer,
  type Observable,
} from 'rxjs'
import { bytes, channel, contract, int32, peer, request, serve, stream, upload, type Peer } from 'sluice'
import { bind, dial } from 'sluice/node'
import { hold, ownPlace, within } from '../helpers/processes.js'

ownPlace(test)

const Asked = io.type({ seed: int32, size: int32, times: int32 })
type Asked = io.TypeOf<typeof Asked>
const Block = io.type({ seed: int32, size: int32, first: bytes, n: io.bigint, second: bytes, any: io.unknown })
type Block = io.TypeOf<typeof Block>

const Blocks = contract('borrowed.Blocks', {
  many: stream(Asked, Block),
  one: request(Asked, Block),
  echo: request(Block, Block),
  sent: upload(Block, int32),
  relay: channel(Block, Block),
})
type Remote = Peer<typeof Blocks>['remote']

const filled = (seed: number, size: number): Uint8Array => new Uint8Array(size).fill(seed)

const block = (seed: number, size: number): Block => ({
  seed,
  size,
  first: filled(seed, size),
  n: -(BigInt(seed + 2) ** 40n),
  second: filled(seed + 1, size >> 2),
  any: { deep: [filled(seed + 2, 100)] },
})

const blocks = ({ seed, size, times }: Asked): Block[] => Array.from({ length: times }, (_, n) => block(seed + n, size))

const check = ({ seed, size, first, n, second, any }: Block): void => {
  const wanted = block(seed, size)
  const { deep } = any as { readonly deep: readonly Uint8Array[] }
  assert.ok(Buffer.compare(first, wanted.first) === 0, `first of ${seed}, ${size}`)
  assert.ok(Buffer.compare(second, wanted.second) === 0, `second of ${seed}, ${size}`)
  assert.ok(
    deep[0]?.every(byte => byte === ((seed + 2) & 0xff)),
    `unknown of ${seed}, ${size}`,
  )
  assert.equal(n, wanted.n)
}

/** Looks at what comes, and keeps it where nothing was said of borrowing. */
const looking = (kept: Block[], borrow: boolean) =>
  tap((one: Block) => {
    check(one)
    if (!borrow) kept.push(one)
  })

/** A server on a socket, and some clients of it; all of one thread, whose memory they share. */
const meet = async (
  t: ExecutionContext,
  kept: Block[],
  borrow: boolean,
  clients: number,
): Promise<readonly Remote[]> => {
  const door = await hold(t, bind(), 'the door')
  const look = looking(kept, borrow)
  const serving = door.pipes$
    .pipe(
      peer({ serves: Blocks }),
      mergeMap(client =>
        serve(
          client,
          {
            many: blocks,
            one: ({ seed, size }) => block(seed, size),
            echo: sent =>
              of(sent).pipe(
                look,
                concatMap(one => timer(one.seed % 3).pipe(map(() => one))),
                tap(check),
              ),
            sent: sent$ => sent$.pipe(look, count()),
            relay: sent$ => sent$.pipe(look),
          },
          { borrow },
        ),
      ),
    )
    .subscribe({ error: (error: unknown) => t.fail(String(error)) })
  t.teardown(() => serving.unsubscribe())
  const dialled = Array.from({ length: clients }, () =>
    hold(t, dial(door.key).pipe(peer({ uses: Blocks })), 'a client').then(({ remote }) => remote),
  )
  return Promise.all(dialled)
}

type Use = (remote: Remote, asked: Asked, borrow: boolean) => Observable<Block>

const uses: readonly Use[] = [
  (remote, asked, borrow) => remote.many(asked, { borrow }),
  // unsubscribed in the middle
  (remote, asked, borrow) => remote.many({ ...asked, times: asked.times + 5 }, { borrow }).pipe(take(asked.times)),
  (remote, asked, borrow) => remote.one(asked, { borrow }),
  (remote, { seed, size }, borrow) => remote.echo(block(seed, size), { borrow }),
  (remote, asked) => remote.sent(blocks(asked)).pipe(ignoreElements()),
  (remote, asked, borrow) => remote.relay(blocks(asked), { borrow }),
]

const sizes = [0, 100, 7_000, 9_000, 35_000, 50_000, 64_000, 150_000, 200_000]

const anyUse = fc.record({
  use: fc.constantFrom(...uses),
  place: fc.nat(3),
  seed: fc.nat(255),
  size: fc.constantFrom(...sizes),
  times: fc.integer({ min: 1, max: 6 }),
  borrow: fc.boolean(),
})

test('whatever is borrowed beside it, on whichever connection, what is kept never changes, and what is borrowed is whole', async t => {
  const kept: Block[] = []
  const remotes = [...(await meet(t, kept, true, 2)), ...(await meet(t, kept, false, 2))]
  let looked = 0
  const all = fc.assert(
    fc.asyncProperty(fc.array(anyUse, { minLength: 4, maxLength: 12 }), async calls => {
      await Promise.all(
        calls.map(({ use, place, borrow, ...asked }) =>
          lastValueFrom(
            use(remotes[place] as Remote, asked, borrow).pipe(
              looking(kept, borrow),
              tap(() => looked++),
            ),
            { defaultValue: undefined },
          ),
        ),
      )
      kept.forEach(check)
      // what was kept lately is looked at again, with other calls behind it
      kept.splice(0, kept.length - 40)
    }),
    { numRuns: 50 },
  )
  await within(all, 'all calls')
  t.true(looked > 100, `${looked} items`)
})
