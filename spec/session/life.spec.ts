import { readFileSync } from 'node:fs'
import test from 'ava'
import fc from 'fast-check'
import { handshaking, stepLife, type Life, type LifeCommand, type LifeEvent } from '../../src/session/life.js'

const error = new Error('cut')
const events: Readonly<Record<string, LifeEvent>> = {
  Announced: { _tag: 'Announced' },
  Established: { _tag: 'Established' },
  Frozen: { _tag: 'Frozen' },
  Resumed: { _tag: 'Resumed' },
  'Broke, resumable': { _tag: 'Broke', resumable: true, error },
  'Broke, for good': { _tag: 'Broke', resumable: false, error },
  Lost: { _tag: 'Lost', error },
  CloseAsked: { _tag: 'CloseAsked' },
  Idle: { _tag: 'Idle' },
  GraceOver: { _tag: 'GraceOver' },
  Finished: { _tag: 'Finished' },
}

const states: Readonly<Record<string, Life>> = {
  handshaking,
  announced: { _tag: 'Announced', attached: true },
  'announced, detached': { _tag: 'Announced', attached: false },
  attached: { _tag: 'Attached', closing: 'no' },
  'attached, closing': { _tag: 'Attached', closing: 'waiting' },
  detached: { _tag: 'Detached', closing: 'no' },
  'detached, closing': { _tag: 'Detached', closing: 'waiting' },
  'detached, idle': { _tag: 'Detached', closing: 'ready' },
  leaving: { _tag: 'Leaving' },
  ended: { _tag: 'Ended' },
}

const nameOf = (life: Life): string => Object.entries(states).find(([, { ...state }]) => same(state, life))?.[0] ?? '?'
const same = (a: Life, b: Life): boolean => JSON.stringify(a) === JSON.stringify(b)

/** What the code does, as the specification's table says it: the next state, and the commands. */
const cell = (life: Life, event: LifeEvent): string => {
  const [next, commands] = stepLife(life, event)
  if (next === life && commands.length === 0) return ''
  return [nameOf(next), ...commands.map(({ _tag }) => _tag)].join('; ')
}

test('the specification’s table of a session’s life is what the code does', t => {
  const text = readFileSync(new URL('../../proto/README.md', import.meta.url), 'utf8')
  const section = text.slice(text.indexOf('## The life of a session'), text.indexOf('## Calls'))
  const rows = section
    .split('\n')
    .filter(line => line.startsWith('|'))
    .map(line => line.split('|').map(part => part.trim().replaceAll('`', '')))
  const [, ...columns] = rows[0]!.slice(0, -1).slice(1)
  t.deepEqual(columns, Object.keys(states))
  const written = rows.slice(2).map(row => [row[1], ...row.slice(2, -1)])
  const done = Object.entries(events).map(([name, event]) => [
    name,
    ...Object.values(states).map(state => cell(state, event)),
  ])
  t.deepEqual(written, done)
})

/** One end in the model: its life, and what its commands have done. */
class End {
  life: Life = handshaking
  readonly commands: LifeCommand['_tag'][] = []

  on(event: LifeEvent): readonly LifeCommand['_tag'][] {
    const [life, commands] = stepLife(this.life, event)
    this.life = life
    const tags = commands.map(({ _tag }) => _tag)
    this.commands.push(...tags)
    return tags
  }
}

/** What may happen to two ends and the pipe between them, in any order. */
type Happening = (typeof happenings)[number]

const happenings = [
  'verdicts arrive',
  'cut',
  'half',
  'dial',
  'window',
  'close',
  'idle',
  'grace',
  'goodbye arrives',
] as const

const goesOn = ({ _tag }: Life): boolean => _tag === 'Announced' || _tag === 'Attached' || _tag === 'Detached'
const isDetached = (life: Life): boolean => life._tag === 'Detached' || (life._tag === 'Announced' && !life.attached)

/** Two ends that have said their verdicts, and a pipe that loses what is on it: a goodbye that is cut off is seen as a cut. */
class Model {
  readonly dialled = new End()
  readonly accepted = new End()
  private whole = true
  private goodbyeFrom: End | undefined

  constructor() {
    for (const end of this.ends) end.on({ _tag: 'Announced' })
  }

  get ends(): readonly End[] {
    return [this.dialled, this.accepted]
  }

  private tell(end: End, event: LifeEvent): void {
    if (end.on(event).includes('SayGoodbye')) this.goodbyeFrom = end
  }

  happen(what: Happening, end: End): void {
    const other = end === this.dialled ? this.accepted : this.dialled
    switch (what) {
      case 'verdicts arrive':
        // those of the first pipe, or, where they were cut off, those that are said again
        if (this.whole) this.tell(end, { _tag: 'Established' })
        return
      case 'cut':
        this.whole = false
        for (const each of this.ends) this.tell(each, { _tag: 'Broke', resumable: true, error })
        return
      case 'half':
        // one end sees the break, the other does not yet
        this.whole = false
        return this.tell(end, { _tag: 'Broke', resumable: true, error })
      case 'dial': {
        if (!this.ends.every(({ life }) => goesOn(life)) || !isDetached(this.dialled.life)) return
        this.tell(this.accepted, { _tag: 'Frozen' })
        this.whole = true
        for (const each of this.ends)
          this.tell(each, each.life._tag === 'Announced' ? { _tag: 'Announced' } : { _tag: 'Resumed' })
        return
      }
      case 'window':
        if (isDetached(end.life)) this.tell(end, { _tag: 'Lost', error })
        return
      case 'close':
        return this.tell(end, { _tag: 'CloseAsked' })
      case 'idle':
        return this.tell(end, { _tag: 'Idle' })
      case 'grace':
        return this.tell(end, { _tag: 'GraceOver' })
      case 'goodbye arrives':
        if (this.goodbyeFrom === undefined || !this.whole) return
        for (const each of [other, end]) this.tell(each, { _tag: 'Finished' })
    }
  }
}

test('whatever happens to two ends and the pipe between them, both sessions end, once, and keep their order', t => {
  const story = fc.array(fc.tuple(fc.constantFrom(...happenings), fc.boolean()), { maxLength: 40 })
  fc.assert(
    fc.property(story, happened => {
      const model = new Model()
      for (const [what, dialled] of happened) model.happen(what, dialled ? model.dialled : model.accepted)
      // the pipe stays away, and time goes by
      model.happen('cut', model.dialled)
      for (const end of model.ends) model.happen('window', end)
      for (const end of model.ends) {
        t.is(end.life._tag, 'Ended')
        t.is(end.commands.filter(command => command === 'End').length, 1)
        t.is(end.commands.at(-1), 'End')
        t.true(end.commands.filter(command => command === 'SayGoodbye').length <= 1)
        t.true(end.commands.filter(command => command === 'RefuseCalls').length <= 1)
        // once it has begun it has a pipe, loses it, has one: never two at once, none after the goodbye
        const pipes = end.commands.filter(command => command === 'Attach' || command === 'Detach')
        const begun = pipes.includes('Attach') ? pipes.slice(pipes.indexOf('Attach')) : []
        begun.forEach((command, i) => t.is(command, i % 2 === 0 ? 'Attach' : 'Detach'))
        const goodbye = end.commands.indexOf('SayGoodbye')
        if (goodbye >= 0) t.deepEqual(end.commands.slice(goodbye + 1), ['End'])
      }
    }),
    { numRuns: 2_000 },
  )
})

test('while both ends know of the session and one dials again, neither loses it, whichever verdicts were cut off', t => {
  const story = fc.array(fc.tuple(fc.constantFrom('verdicts arrive', 'cut', 'half', 'dial'), fc.boolean()), {
    maxLength: 30,
  })
  fc.assert(
    fc.property(story, happened => {
      const model = new Model()
      for (const [what, dialled] of happened) model.happen(what, dialled ? model.dialled : model.accepted)
      // the pipe that is dialled last holds
      model.happen('cut', model.dialled)
      model.happen('dial', model.dialled)
      for (const end of model.ends) model.happen('verdicts arrive', end)
      for (const end of model.ends) {
        t.deepEqual(end.life, { _tag: 'Attached', closing: 'no' })
        t.false(end.commands.includes('End'))
      }
    }),
    { numRuns: 500 },
  )
})

test('an end that has ended stays so, whatever happens', t => {
  for (const event of Object.values(events)) t.deepEqual(stepLife({ _tag: 'Ended' }, event), [{ _tag: 'Ended' }, []])
})
