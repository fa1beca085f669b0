import test from 'ava'
import { toArray } from 'rxjs'
import { gone, ownPlace, pause, scene, until, within } from '../helpers/processes.js'
import { lasting, openCalls, openIn, type Outcome } from './fixtures/open-calls.js'
import { converseWithChild, valueOf } from './fixtures/start-program.js'

const place = ownPlace(test)

interface Aftermath {
  readonly outcomes: readonly Outcome[]
  readonly settledAfter: number
  readonly log: readonly string[]
  readonly status: { readonly _tag: string; readonly error?: { readonly why?: string } }
  readonly late: { readonly _tag?: string }
}

let aftermath: Aftermath

test.before('a child is killed while calls of each kind are open, both ways', async t => {
  aftermath = await scene(async stage => {
    const { far, log, pid } = await converseWithChild(stage)
    const statuses: Aftermath['status'][] = []
    far.status$.subscribe(status => statuses.push(status as Aftermath['status']))
    let settledAt = 0
    const outcomes = valueOf(openCalls(far).pipe(toArray())).then(all => {
      settledAt = Date.now()
      return all
    })
    far.remote.note('call back').subscribe()
    await until(() => (openIn(log) === 4 ? true : undefined), 'the calls of the child')
    while (openIn(JSON.parse(await valueOf(far.remote.ask('log'))) as string[]) < 4) await pause(5)
    t.deepEqual(place.left(), [])
    const killedAt = Date.now()
    process.kill(pid, 'SIGKILL')
    const all = await within(outcomes, 'the ends of all calls')
    const late = await valueOf(far.remote.note('too late')).catch((error: unknown) => error)
    t.true(await gone(pid))
    const status = statuses.at(-1)!
    return { outcomes: all, settledAfter: settledAt - killedAt, log: [...log], status, late: late as Aftermath['late'] }
  })
})

for (const kind of lasting) {
  test(`${kind === 'upload' ? 'an' : 'a'} ${kind} that a killed child was answering ends with Disconnected`, t => {
    const ended = aftermath.outcomes.find(outcome => outcome.kind === kind)
    t.is(ended?.end, 'Disconnected')
    t.is(ended?.why, 'exited')
  })

  test(`${kind === 'upload' ? 'an' : 'a'} ${kind} that a killed child had made is over for its handler`, t => {
    t.true(aftermath.log.includes(`${kind} over`))
    t.true(aftermath.log.includes(`${kind} cancelled`))
  })
}

test('all of them end within 1 s of the kill', t => {
  t.is(aftermath.outcomes.length, 5)
  t.true(aftermath.settledAfter < 1_000, `${aftermath.settledAfter} ms`)
})

test('an event that has left has ended by then, and one for a killed child fails', t => {
  t.is(aftermath.outcomes.find(({ kind }) => kind === 'event')?.end, 'complete')
  t.is(aftermath.late._tag, 'Disconnected')
})

test('the status says that the child was killed, and is its last', t => {
  t.is(aftermath.status._tag, 'Disconnected')
  t.is(aftermath.status.error?.why, 'exited')
})
