import { compileContract } from '../../contract/compile-contract.js'
import { contract } from '../../contract/contract.js'
import { event } from '../../contract/method.js'
import { bytes } from '../../schema/integers.js'
import { offerOf } from '../../session/judge.js'
import type { Open } from '../../wire/frame.js'
import { check, same } from '../conformance/check.js'
import { framed, written } from './bytes-of.js'
import type { backTasks } from './peer-conformance-contract.js'
import { peerConformanceContract } from './peer-conformance-contract.js'
import { peerGroup, type PeerConformanceCase } from './peer-conformance-case.js'
import type { PeerTalk } from './peer-talk.js'
import { session } from './with-peer.js'

type Case = readonly [name: string, run: PeerConformanceCase['run'], needs: readonly ['calls']]
type Task = (typeof backTasks)[number]

/** Has it call that method of ours, and looks at the call. */
const asked = async (
  talk: PeerTalk,
  task: Task,
  method: string,
): Promise<{ readonly id: number; readonly open: Open }> => {
  const id = talk.call('back', task)
  const open = await talk.far.opens()
  const methods = talk.hello.serves.flatMap(offer => offer.methods)
  same(methods[open.method], method, 'the method that it calls')
  return { id, open }
}

const calling = (
  name: string,
  task: Task,
  method: string,
  play: (talk: PeerTalk, open: Open, says: (what: string) => Promise<void>) => Promise<void>,
): Case => [
  name,
  session(async talk => {
    const { id, open } = await asked(talk, task, method)
    await play(talk, open, async what => same(await talk.answer(id, 'back'), what, 'what came of it'))
  }),
  ['calls'],
]

const read = (talk: PeerTalk, method: string, payload: Uint8Array) => talk.read(method, payload, 'input')

const number = (n: number): Uint8Array => Uint8Array.from({ length: 8 }, (_, i) => (i === 0 ? n : 0))

const other = compileContract(contract('sluice.conformance.Other', { one: event(bytes), two: event(bytes) }))

/** The other way: it calls, and this end serves. */
export const backCases = peerGroup('Calls of its own', [
  calling('calls a request, and takes the answer', 'echo', 'echo', async (talk, { id, payload }, says) => {
    const sent = read(talk, 'echo', payload) as Uint8Array
    same(new TextDecoder().decode(sent), 'there and back', 'what it sends')
    talk.far.say({ _tag: 'Reply', id, payload: talk.payload('echo', sent, 'output') })
    await says('there and back')
  }),
  calling('takes an answer in parts', 'echo', 'echo', async (talk, { id, payload }, says) => {
    const whole = talk.payload('echo', read(talk, 'echo', payload), 'output')
    const part = (from: number, to: number) => ({ id, payload: whole.slice(from, to) })
    talk.far.say({ _tag: 'Fragment', ...part(0, 5) }, { _tag: 'Fragment', ...part(5, 6) })
    await talk.serves()
    talk.far.say({ _tag: 'Reply', ...part(6, whole.length) })
    await says('there and back')
  }),
  [
    'counts methods through all contracts that the far end serves',
    session(
      async talk => {
        const { open } = await asked(talk, 'echo', 'echo')
        same(open.method, 2, 'the position of echo')
      },
      { hello: { serves: [offerOf(other), offerOf(compileContract(peerConformanceContract))] } },
    ),
    ['calls'],
  ],
  calling('takes a failure of the contract', 'ask', 'ask', async (talk, { id }, says) => {
    const failure = talk.payload('ask', { why: 'as it was' }, 'failure')
    talk.far.say({ _tag: 'Fail', id, code: 'FAILURE', message: '', failure })
    await says('FAILURE: as it was')
  }),
  calling('takes a FAILURE without a value for a DEFECT', 'ask', 'ask', async (talk, { id }, says) => {
    talk.far.say({ _tag: 'Fail', id, code: 'FAILURE', message: '' })
    await says('DEFECT')
  }),
  calling('takes a code that it does not know for a DEFECT', 'ask', 'ask', async (talk, { id }, says) => {
    const fail = written(writer => writer.uint32(8).uint32(99))
    talk.far.sayBytes(framed(writer => writer.uint32(8).uint32(id).uint32(50).bytes(fail)))
    await says('DEFECT')
  }),
  calling('takes the items of a stream, and grants as it goes', 'count', 'count', async (talk, open, says) => {
    const { id } = open
    let granted = open.credit?.items ?? 0
    check(granted < 10, `it grants ${granted} items at first`)
    for (let n = 0; n < 10; n += 1) {
      while (granted <= 0) granted += (await talk.far.expects(id, 'Credit')).items
      granted -= 1
      talk.far.say({ _tag: 'Next', id, payload: talk.payload('count', number(n), 'output') })
    }
    talk.far.say({ _tag: 'Complete', id })
    await says('10 items')
  }),
  calling('takes an item in parts for one item', 'count', 'count', async (talk, { id }, says) => {
    const whole = talk.payload('count', number(1), 'output')
    talk.far.say({ _tag: 'Fragment', id, payload: whole.slice(0, 4) }, { _tag: 'Next', id, payload: whole.slice(4) })
    talk.far.say({ _tag: 'Complete', id })
    await says('1 items')
  }),
  calling(
    'takes the end of a stream in the middle of an item for a violation',
    'count',
    'count',
    async (talk, { id }) => {
      talk.far.say({ _tag: 'Fragment', id, payload: new Uint8Array(1) }, { _tag: 'Complete', id })
      await talk.far.leaves('VIOLATION')
    },
  ),
  calling('takes a Reply to a stream for a violation', 'count', 'count', async (talk, { id }) => {
    talk.far.say({ _tag: 'Reply', id, payload: talk.payload('count', number(0), 'output') })
    await talk.far.leaves('VIOLATION')
  }),
  calling('takes an item in answer to a request for a violation', 'echo', 'echo', async (talk, { id }) => {
    talk.far.say({ _tag: 'Next', id, payload: talk.payload('echo', number(0), 'output') })
    await talk.far.leaves('VIOLATION')
  }),
  calling('sends the items of an upload as it is granted', 'sum', 'sum', async (talk, { id }, says) => {
    await talk.far.staysQuiet(id)
    talk.far.say({ _tag: 'Credit', id, items: 3, bytes: 1_000 })
    for (let n = 0; n < 3; n += 1) await talk.far.expects(id, 'Next')
    await talk.far.staysQuiet(id)
    talk.far.say({ _tag: 'Credit', id, items: 100, bytes: 1_000 })
    for (let n = 3; n < 10; n += 1) {
      const { payload } = await talk.far.expects(id, 'Next')
      same((read(talk, 'sum', payload) as Uint8Array).length, 10, `the length of item ${n}`)
    }
    await talk.far.expects(id, 'Complete')
    talk.far.say({ _tag: 'Reply', id, payload: talk.payload('sum', { items: 10, bytes: 100 }, 'output') })
    await says('10 items, 100 bytes')
  }),
  calling('stops an upload that was answered early', 'sum', 'sum', async (talk, { id }, says) => {
    talk.far.say({ _tag: 'Credit', id, items: 1, bytes: 1_000 })
    await talk.far.expects(id, 'Next')
    talk.far.say({ _tag: 'Reply', id, payload: talk.payload('sum', { items: 1, bytes: 10 }, 'output') })
    talk.far.say({ _tag: 'Credit', id, items: 9, bytes: 1_000 })
    await says('1 items, 10 bytes')
    await talk.far.staysQuiet(id)
  }),
  calling('cancels a stream, and passes over what crosses that', 'cancel', 'count', async (talk, { id }, says) => {
    const payload = talk.payload('count', number(0), 'output')
    talk.far.say({ _tag: 'Next', id, payload })
    await talk.far.expects(id, 'Cancel')
    talk.far.say({ _tag: 'Next', id, payload }, { _tag: 'Next', id, payload }, { _tag: 'Complete', id })
    await says('cancelled')
    await talk.serves()
  }),
  calling(
    'sends its deadline, and cancels when it is over',
    'deadline',
    'ask',
    async (talk, { id, timeoutMs }, says) => {
      check(timeoutMs !== undefined && timeoutMs > 0 && timeoutMs <= 100, `of 100 ms it says ${timeoutMs}`)
      await talk.far.expects(id, 'Cancel')
      await says('TIMEOUT')
      talk.far.say({ _tag: 'Fail', id, code: 'TIMEOUT', message: '' })
      await talk.serves()
    },
  ),
])
