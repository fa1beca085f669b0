import test from 'ava'
import * as io from 'io-ts'
import { lastValueFrom, mergeMap, NEVER, of, takeUntil, tap, timer } from 'rxjs'
import {
  answer,
  contract,
  exponential,
  linear,
  memoryPipes,
  paced,
  peer,
  reconnect,
  request,
  type Remote,
} from 'sluice'
import { marbles } from 'sluice/testing'
import { Kitchen } from './kitchen.js'

const given: Readonly<Record<string, () => unknown>> = {
  'peer.handshakeTimeout': () => peer({ handshakeTimeout: NaN }),
  'peer.grace': () => peer({ grace: -1 }),
  'peer.claimWithin': () => peer({ claimWithin: NaN }),
  'peer.waiting': () => peer({ waiting: 1.5 }),
  'peer.fragmentBytes': () => peer({ fragmentBytes: 0 }),
  'peer.reassemblyBytes': () => peer({ reassemblyBytes: NaN }),
  'peer.handshakes': () => peer({ handshakes: -1 }),
  'peer.validation': () => peer({ validation: 'maybe' as never }),
  'peer.limits.frameBytes': () => peer({ limits: { frameBytes: Infinity } }),
  'peer.limits.calls': () => peer({ limits: { calls: -1 } }),
  'peer.buffer.items': () => peer({ buffer: { items: NaN } }),
  'peer.buffer.overflow': () => peer({ buffer: { overflow: 'drop' as never } }),
  'peer.heartbeat.everyMs': () => peer({ heartbeat: { everyMs: NaN } }),
  'peer.heartbeat.tolerance': () => peer({ heartbeat: { tolerance: 0 } }),
  'peer.resume.windowMs': () => peer({ resume: { windowMs: NaN } }),
  'peer.resume.sessions': () => peer({ resume: { sessions: -1 } }),
  'peer.resume.whenFull': () => peer({ resume: { whenFull: 'lose' as never } }),
  'exponential.from': () => exponential({ from: NaN, to: 5 }),
  'exponential.jitter': () => exponential({ from: 1, to: 5, jitter: 2 }),
  'linear.every': () => linear({ every: -5 }),
  'linear.maxAttempts': () => linear({ every: 5, maxAttempts: NaN }),
  'reconnect.heldFor': () => reconnect(linear({ every: 5 }), { heldFor: NaN })(of()),
  'answer.concurrency': () => answer(() => 0, { concurrency: NaN }),
  'answer.order': () => answer(() => 0, { order: 'random' as never }),
  'answer.buffer.bytes': () => answer(() => 0, { buffer: { bytes: NaN } }),
  'paced.concurrency': () => paced(() => [], 0),
  'paced.items': () => paced(of(1) as unknown as Remote<number, never>, () => [], { items: NaN }),
}

const refusalOf = (give: () => unknown): unknown => {
  try {
    return give()
  } catch (error) {
    return error
  }
}

for (const [option, give] of Object.entries(given))
  test(`${option} that cannot be is refused where it is given`, t => {
    t.like(refusalOf(give), { _tag: 'InvalidOption', option })
  })

test('options of a call that cannot be are refused where it is made', t => {
  t.plan(4)
  marbles(t, ({ peers, run }) => {
    const { client$ } = peers(Kitchen, () => NEVER)
    const refused$ = client$.pipe(
      tap(({ remote }) => {
        const calls: Readonly<Record<string, () => unknown>> = {
          'greet.timeout': () => remote.greet('Ann', { timeout: NaN }),
          'bake.timeout': () => remote.bake(1, { timeout: -1 }),
          'ticks.credit.items': () => remote.ticks(1, { credit: { items: NaN } }),
          'weigh.buffer.items': () => remote.weigh([], { buffer: { items: -1 } }),
        }
        for (const [option, call] of Object.entries(calls)) t.is((refusalOf(call) as { option: string }).option, option)
      }),
    )
    run(refused$)
  })
})

test('a buffer that cannot be is refused by reply(), and the call may still be answered', t => {
  t.plan(2)
  marbles(t, ({ peers, expectObservable }) => {
    const { client$ } = peers(Kitchen, ({ incoming }) =>
      incoming.ticks.pipe(
        tap(call => {
          t.is((refusalOf(() => call.reply([1], { items: NaN })) as { option: string }).option, 'buffer.items')
          call.reply([1])
        }),
      ),
    )
    expectObservable(client$.pipe(mergeMap(({ remote }) => remote.ticks(1))), '99ms !').toBe('40ms a', { a: 1 })
  })
})

test('options of a method that cannot be are refused when its contract is made, by the method’s name', t => {
  t.throws(() => contract('spec.Shop', { price: request(io.string, io.number, { timeout: NaN }) }), {
    name: 'ContractError',
    message: 'spec.Shop.price, options.timeout: is NaN: give milliseconds, 0 or more, or Infinity',
  })
  t.throws(() => contract('spec.Shop', { price: request(io.string, io.number, { credit: { items: -1 } }) }), {
    message: /spec\.Shop\.price, options\.credit\.items: is -1/,
  })
})

test('a time that no timer can wait for is waited for all the same', async t => {
  // a timer of the platform that is asked to wait for ever, or for a month, rings at once
  for (const handshakeTimeout of [Infinity, 30 * 24 * 3_600_000]) {
    const { dial, pipes$ } = memoryPipes()
    const silent = pipes$.subscribe(pipe => pipe.incoming.subscribe())
    const ended = dial.pipe(peer({ handshakeTimeout }), takeUntil(timer(50)))
    t.is(await lastValueFrom(ended, { defaultValue: undefined }), undefined)
    silent.unsubscribe()
  }
})
