import { merge, mergeMap, of, timer } from 'rxjs'
import { peer, type Pipe } from 'sluice'
import { chanceOf, type Chance } from '../chaos/chance.js'
import { options, Target, withListener, type Listener, type Taken } from './listener.js'

/** Nonces that are the same each time: else no recorded conversation could be said again. */
const sameEachTime = (size: number): Uint8Array => new Uint8Array(size).fill(9)

/** What a far end says that keeps every rule: a handshake, and calls of each kind; chunk by chunk. */
const recordConversation = (): readonly Uint8Array[] => {
  const said: Uint8Array[] = []
  withListener(
    ({ scheduler, dial }) => {
      const { far } = dial()
      far.outgoing.subscribe(chunk => said.push(chunk.slice()))
      const pipe: Pipe = { ...far, attempts: of() }
      const running = of(pipe)
        .pipe(
          peer({ ...options, uses: Target, random: sameEachTime, resume: { windowMs: 50, ackEvery: 2 } }),
          mergeMap(far => {
            const { remote } = far
            return merge(
              remote.greet({ name: 'Ann', tags: { a: 'b', __proto__x: 'c' } }, { metadata: { trace: '1' } }),
              remote.pack(new Uint8Array(300).fill(3)),
              remote.ticks(20, { credit: { items: 4 } }),
              remote.weigh([{ grams: 1 }, { grams: 2.5 }]),
              remote.chat(['one', 'two', 'three '.repeat(40)]),
              remote.shout({ loud: [1, 'two', null, { deep: { deeper: [] } }] }),
              remote.never(undefined, { timeout: 20 }),
              timer(5).pipe(mergeMap(() => far.flush())),
            )
          }),
        )
        .subscribe({ error: () => undefined })
      scheduler.schedule(() => running.unsubscribe(), 1_000)
    },
    { random: sameEachTime },
    2_000,
  )
  return said
}

const flip = (chance: Chance, bytes: Uint8Array, from: number): Uint8Array => {
  const changed = bytes.slice()
  for (let n = chance.int(1, 5); n > 0; n--) {
    const at = chance.int(from, changed.length)
    changed[at] = chance.is(0.5) ? chance.int(0, 256) : changed[at]! ^ (1 << chance.int(0, 8))
  }
  return changed
}

const splice = (bytes: Uint8Array, at: number, removed: number, inserted: Uint8Array): Uint8Array => {
  const rest = bytes.subarray(Math.min(bytes.length, at + removed))
  const joined = new Uint8Array(at + inserted.length + rest.length)
  joined.set(bytes.subarray(0, at))
  joined.set(inserted, at)
  joined.set(rest, at + inserted.length)
  return joined
}

/** A byte string that was a conversation once. `from`: bytes before that are left as they were. */
const mutated = (chance: Chance, bytes: Uint8Array, from: number): Uint8Array => {
  const at = chance.int(from, bytes.length)
  switch (chance.int(0, 7)) {
    case 0:
    case 1:
      return flip(chance, bytes, from)
    case 2:
      return splice(bytes, at, chance.int(1, 40), new Uint8Array(0))
    case 3:
      return splice(bytes, at, 0, chance.bytes(chance.int(1, 40)))
    case 4: {
      // something that was said before, or will be, once more
      const start = chance.int(from, bytes.length)
      return splice(bytes, at, 0, bytes.subarray(start, start + chance.int(1, 60)))
    }
    case 5:
      // lengths and numbers that are as large as can be
      return splice(
        bytes,
        at,
        chance.int(0, 3),
        Uint8Array.of(0xff, 0xff, 0xff, 0xff, chance.pick([0x07, 0x0f, 0x7f, 0xff])),
      )
    default:
      return bytes.subarray(0, at)
  }
}

/** What became of the byte strings. */
export interface FuzzReport {
  strings: number
  /** Whose first frame was taken for a Hello that is in order. */
  pastFirstFrame: number
  /** That came to a session, so that calls were reached too. */
  sessions: number
  /** How the listener ended its half. */
  readonly ends: Record<string, number>
  /** Strings, by number, after which it did not. */
  readonly open: number[]
  /** Why the listener refused them. */
  readonly refused: Record<string, number>
  /** What an orderly client on the same listener was told, before and after each batch. */
  readonly answers: string[]
}

const count = (counts: Record<string, number>, name: string): void => void (counts[name] = (counts[name] ?? 0) + 1)

/** A client that keeps the rules, on the same listener. */
const askOrderly = ({ dial, scheduler }: Listener, answers: string[]): void => {
  const running = of(dial().far)
    .pipe(
      peer({ ...options, uses: Target }),
      mergeMap(({ remote }) => remote.greet({ name: 'Bo', tags: {} })),
    )
    .subscribe({ next: answer => answers.push(answer), error: (error: unknown) => answers.push(String(error)) })
  scheduler.schedule(() => running.unsubscribe(), 300)
}

const batchSize = 500

/** Says as many byte strings to a listener, each over a pipe of its own. */
export const fuzz = (strings: number, seed: number): FuzzReport => {
  const chunks = recordConversation()
  const whole = splice(new Uint8Array(0), 0, 0, Uint8Array.from(chunks.flatMap(chunk => [...chunk])))
  // the first three chunks are the handshake: Hello, Proof, Verdicts
  const handshake = chunks.slice(0, 3).reduce((sum, { length }) => sum + length, 0)
  const chance = chanceOf(seed)
  const report: FuzzReport = {
    strings: 0,
    pastFirstFrame: 0,
    sessions: 0,
    ends: {},
    open: [],
    refused: {},
    answers: [],
  }
  const next = (): Uint8Array => {
    const sort = chance()
    if (sort < 0.05) return chance.bytes(chance.int(1, 300))
    return mutated(chance, whole, sort < 0.2 ? 0 : handshake)
  }
  while (report.strings < strings) {
    const taken: (readonly [number, Taken])[] = []
    withListener(
      listener => {
        askOrderly(listener, report.answers)
        // one after the other: a scheduler of virtual time sorts all that waits, again and again
        const say = (left: number): void => {
          if (left === 0 || report.strings >= strings) return
          const nth = report.strings++
          const connection = listener.dial()
          taken.push([nth, connection])
          // what the listener says is nobody's business here
          connection.far.incoming.subscribe({ error: () => undefined })
          const said = next()
          for (let pos = 0; pos < said.length;) {
            const size = chance.is(0.7) ? said.length : chance.int(1, 50)
            connection.far.outgoing.next(said.subarray(pos, pos + size))
            pos += size
          }
          listener.scheduler.schedule(() => connection.far.outgoing.complete(), 1)
          listener.scheduler.schedule(() => say(left - 1), 1)
        }
        listener.scheduler.schedule(() => say(batchSize), 10)
        listener.scheduler.schedule(() => askOrderly(listener, report.answers), 1_000)
        listener.scheduler.schedule(() => {
          report.sessions += listener.sessions() - 2
          for (const why of listener.refused) count(report.refused, why)
        }, 1_900)
      },
      { random: sameEachTime },
      2_000,
    )
    for (const [nth, { heard, end }] of taken) {
      if (heard.some(({ _tag }) => _tag === 'Proof')) report.pastFirstFrame++
      const ended = end()
      if (ended === undefined) report.open.push(nth)
      else count(report.ends, ended)
    }
  }
  return report
}
