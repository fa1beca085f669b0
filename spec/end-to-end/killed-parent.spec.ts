import test from 'ava'
import { adopt, gone, ownPlace, pause, scene, until } from '../helpers/processes.js'
import { lasting, type Outcome } from './fixtures/open-calls.js'
import { startProgram } from './fixtures/start-program.js'

const place = ownPlace(test)

interface Aftermath {
  readonly outcomes: readonly (Outcome & { readonly afterMs: number })[]
  readonly lines: readonly string[]
  readonly childEnded: boolean
}

let aftermath: Aftermath

// the child's stdout is its parent's, which this process reads: so it can be heard when the parent is gone
test.before('a parent is killed while calls of each kind are open, both ways', async () => {
  aftermath = await scene(async stage => {
    const parent = startProgram(stage, 'parent')
    const child = Number((await parent.line(/^child connected (\d+)$/))[1])
    adopt(stage, child)
    for (const kind of lasting) {
      await parent.line(new RegExp(`^child: ${kind} open`))
      await parent.line(new RegExp(`^parent: ${kind} open`))
    }
    const killedAt = Date.now()
    const outcomes: Aftermath['outcomes'][number][] = []
    parent.signal('SIGKILL')
    const seen = new Set<string>()
    await until(() => {
      for (const line of parent.lines) {
        const found = /^child ended (.*)$/.exec(line)
        if (found === null || seen.has(line)) continue
        seen.add(line)
        outcomes.push({ ...(JSON.parse(found[1]!) as Outcome), afterMs: Date.now() - killedAt })
      }
      return outcomes.length === 5 ? true : undefined
    }, 'the ends of the calls of the child')
    await pause(50)
    return { outcomes, lines: [...parent.lines], childEnded: await gone(child, 2_500) }
  })
})

for (const kind of lasting) {
  test(`${kind === 'upload' ? 'an' : 'a'} ${kind} to a parent that was killed ends with Disconnected within 1 s`, t => {
    const ended = aftermath.outcomes.find(outcome => outcome.kind === kind)
    t.is(ended?.end, 'Disconnected')
    // a reset where the parent had not read all yet
    t.regex(ended!.why!, /^(ended|reset)$/)
    t.true(ended!.afterMs < 1_000, `${ended!.afterMs} ms`)
  })

  test(`${kind === 'upload' ? 'an' : 'a'} ${kind} that a killed parent had made is over for the child's handler`, t => {
    t.true(aftermath.lines.includes(`child: ${kind} over`))
    t.true(aftermath.lines.includes(`child: ${kind} cancelled`))
  })
}

test('an event that the child had sent was over before', t => {
  t.is(aftermath.outcomes.find(({ kind }) => kind === 'event')?.end, 'complete')
})

test('the child is told that the parent is gone, not that it has left in order', t => {
  t.true(aftermath.lines.some(line => /^child disconnected PipeError (ended|reset)$/.test(line)))
})

test('the child ends by itself when its parent was killed, whatever keeps it busy', t => {
  t.true(aftermath.childEnded)
  t.deepEqual(place.left(), [])
})
