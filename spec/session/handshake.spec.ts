import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test from 'ava'
import fc from 'fast-check'
import { newHandshake } from '../../src/session/handshake-terms.js'
import { stepHandshake } from '../../src/session/handshake.js'
import type { Frame, Goodbye, SessionFrame } from '../../src/wire/frame.js'
import { converse, descriptors, End, helloOf, termsOf, verdicts, type Side } from './arrange.js'

const secret = new Uint8Array(32).fill(7)
const other = new Uint8Array(32).fill(8)
const tags = (frames: readonly SessionFrame[]) => frames.map(frame => frame._tag)
const payload = new Uint8Array(0)

/** One of each kind. */
const every: readonly Frame[] = [
  helloOf({ secret, nonce: 2 }),
  { _tag: 'Proof', mac: new Uint8Array(32), resume: undefined },
  descriptors,
  verdicts,
  { _tag: 'Ping', token: 5 },
  { _tag: 'Pong', token: 5 },
  { _tag: 'Ack', position: 5 },
  { _tag: 'Goodbye', reason: 'DONE', message: '' },
  { _tag: 'Open', id: 1, method: 0, payload, credit: undefined, timeoutMs: undefined, metadata: undefined },
  { _tag: 'Next', id: 1, payload },
  { _tag: 'Reply', id: 1, payload },
  { _tag: 'Complete', id: 1 },
  { _tag: 'Fail', id: 1, code: 'DEFECT', message: '' },
  { _tag: 'Cancel', id: 1 },
  { _tag: 'Credit', id: 1, items: 1, bytes: 1 },
  { _tag: 'Fragment', id: 1, payload },
]

/** The frames of an end that does everything, as the far end of `endIn`. */
const farProof = (): Frame => {
  const far = new End('accepted', { secret, nonce: 2, describes: true })
  far.start()
  return far.take(helloOf({ secret }))[0] as Frame
}

/** An end in each state. */
const endIn = (state: string): End => {
  const end = new End('dialled', { secret, describes: true })
  end.start()
  for (const frame of [helloOf({ secret, nonce: 2 }), farProof(), descriptors]) {
    if (end.state._tag.toLowerCase() === state) break
    end.take(frame)
  }
  return end
}

test('proceeds from hellos to proofs, descriptors and verdicts, each as soon as it may', t => {
  const end = new End('dialled', { secret, describes: true })
  t.deepEqual(tags(end.start()), ['Hello'])
  t.deepEqual(tags(end.take(helloOf({ secret, nonce: 2 }))), ['Proof'])
  t.deepEqual(tags(end.take(farProof())), ['Descriptors'])
  t.deepEqual(tags(end.take(descriptors)), ['Verdicts'])
  t.is(end.outcome, undefined)
  t.deepEqual(end.take(verdicts), [])
  t.is(end.outcome, 'Establish')
})

test('trusts the far end once it has proved itself, before anything else is said', t => {
  const trustedAt = (side: Side) => {
    const [dialled] = converse({ ...side, nonce: 1 }, { ...side, nonce: 2 })
    const names = dialled.commands.map(command => (command._tag === 'Send' ? command.frame._tag : command._tag))
    return names.slice(0, names.indexOf('Trust') + 2)
  }
  t.deepEqual(trustedAt({ secret, describes: true }), ['Hello', 'Proof', 'Trust', 'Descriptors'])
  t.deepEqual(trustedAt({ describes: true }), ['Hello', 'Trust', 'Descriptors'])
})

test('leaves out what is not needed', t => {
  const frames = (side: Side) => {
    const [dialled] = converse(side, side)
    return dialled.commands.flatMap(command => (command._tag === 'Send' ? [command.frame._tag] : []))
  }
  t.deepEqual(frames({}), ['Hello', 'Verdicts'])
  t.deepEqual(frames({ describes: true }), ['Hello', 'Descriptors', 'Verdicts'])
  t.deepEqual(frames({ secret }), ['Hello', 'Proof', 'Verdicts'])
})

test('establishes with the far end’s hello, our judgement, and the far end’s verdicts', t => {
  const [dialled] = converse({ nonce: 1 }, { nonce: 2 })
  t.like(dialled.commands.at(-1), {
    _tag: 'Establish',
    theirs: helloOf({ nonce: 2 }),
    judgement: 'judged',
    verdicts,
  })
})

/** The specification's table of states: a row for each frame. */
const table = (() => {
  const text = readFileSync(new URL('../../proto/README.md', import.meta.url), 'utf8')
  const lines = text.slice(text.indexOf('### States of one end'), text.indexOf('### Checks')).split('\n')
  const rows = lines.filter(line => line.startsWith('|')).map(line => line.split('|').map(cell => cell.trim()))
  const [header = [], , ...body] = rows
  return { states: header.slice(2, 6), body }
})()

const cellOf = (frame: Frame, state: string): string => {
  const name = 'id' in frame ? 'a call frame' : `\`${frame._tag}\``
  const cells = table.body.find(row => row[1] === name) ?? []
  return cells[2 + table.states.indexOf(state)] ?? 'no such cell'
}

test('the specification’s table has all states', t => {
  t.deepEqual(table.states, ['greeting', 'proving', 'describing', 'agreeing'])
})

for (const state of ['greeting', 'proving', 'describing', 'agreeing'])
  test(`does in ${state} what the specification’s table says, for every frame`, t => {
    for (const frame of every) {
      const end = endIn(state)
      t.is(end.state._tag.toLowerCase(), state)
      const right = frame._tag === 'Proof' ? farProof() : frame
      const sent = end.take(right)
      const cell = cellOf(frame, state)
      const did =
        end.outcome === 'ProtocolViolation'
          ? 'violation'
          : end.outcome === 'End'
            ? 'end'
            : sent[0]?._tag === 'Pong'
              ? 'send `Pong`'
              : end.state._tag.toLowerCase() === state
                ? 'nothing'
                : 'goes on'
      const says = /^(check|judge)/.test(cell) ? 'goes on' : cell
      t.is(did, says, `${frame._tag} in ${state}`)
      if (did === 'violation') t.like(sent, [{ _tag: 'Goodbye', reason: 'VIOLATION' }])
      if (did === 'send `Pong`') t.deepEqual(sent, [{ _tag: 'Pong', token: 5 }])
    }
  })

test('does nothing more once it is settled', t => {
  for (const settled of [converse({}, {}), converse({ versions: [2] }, {})])
    for (const end of settled) {
      const before = end.commands.length
      for (const frame of every) t.deepEqual(end.take(frame), [])
      end.on({ _tag: 'TimedOut', afterMs: 5 })
      t.is(end.commands.length, before)
    }
})

test('refuses a far end that is late, and says what did not come', t => {
  const missing: Readonly<Record<string, RegExp>> = {
    greeting: /no Hello came/,
    proving: /no Proof came/,
    describing: /no Descriptors came/,
    agreeing: /no Verdicts came/,
  }
  for (const [state, message] of Object.entries(missing)) {
    const end = endIn(state)
    const sent = end.on({ _tag: 'TimedOut', afterMs: 250 })
    t.like(sent, [{ _tag: 'Goodbye', reason: 'LATE' }])
    t.is(end.outcome, 'Refused late')
    t.regex((sent[0] as Goodbye).message, message)
    t.regex((sent[0] as Goodbye).message, /250 ms/)
  }
})

test('gives up the pipe without a goodbye where the far end may have begun a session that can go on', t => {
  const late = (ours: number, theirs: number) => {
    const hello = { ...helloOf({}), resumeMs: ours }
    const step = stepHandshake({ ...termsOf('dialled', {}), hello })
    const [agreeing] = step({ _tag: 'Greeting' }, { _tag: 'Received', frame: { ...helloOf({}), resumeMs: theirs } })
    t.is(agreeing._tag, 'Agreeing')
    const [, commands] = step(agreeing, { _tag: 'TimedOut', afterMs: 250 })
    return commands.map(command => (command._tag === 'Send' ? command.frame._tag : command._tag))
  }
  t.deepEqual(late(1, 1), ['Fail'])
  t.deepEqual(late(0, 1), ['Goodbye', 'Fail'])
  t.deepEqual(late(1, 0), ['Goodbye', 'Fail'])
})

test('a far end that says goodbye ends it in order, one that refuses fails it with its message', t => {
  const leaves = new End('dialled')
  leaves.start()
  t.deepEqual(leaves.take({ _tag: 'Goodbye', reason: 'DONE', message: '' }), [])
  t.is(leaves.outcome, 'End')
  for (const reason of ['REFUSED', 'SCHEMA', 'VIOLATION'] as const) {
    const refuses = new End('dialled')
    refuses.start()
    t.deepEqual(refuses.take({ _tag: 'Goodbye', reason, message: 'not today' }), [])
    t.is(refuses.outcome, 'Refused far-end')
    t.regex(String((refuses.commands.at(-1) as { readonly error?: unknown }).error), /not today/)
  }
})

test('ends without a version in common refuse each other, and name both', t => {
  for (const end of converse({ versions: [2, 3] }, { versions: [1] })) t.regex(end.outcome ?? '', /^Refused/)
  const end = new End('dialled', { versions: [2, 3] })
  end.start()
  const [goodbye] = end.take(helloOf({ versions: [1] })) as [Goodbye]
  t.regex(goodbye.message, /2, 3.*1/)
})

test('a judgement that throws is a violation, with its message', t => {
  const end = new End('dialled', {
    judges: () => {
      throw new Error('no descriptors for demo.Kitchen')
    },
  })
  end.start()
  const sent = end.take(helloOf({ nonce: 2 }))
  t.like(sent, [{ _tag: 'Goodbye', reason: 'VIOLATION' }])
  t.regex((sent[0] as Goodbye).message, /no descriptors for demo.Kitchen/)
  t.is(end.outcome, 'ProtocolViolation')
})

test('an objection refuses the session once both verdicts are known', t => {
  const end = new End('dialled', { objects: true })
  end.start()
  t.deepEqual(tags(end.take(helloOf({ nonce: 2 }))), ['Verdicts'])
  t.deepEqual(end.take(verdicts), [{ _tag: 'Goodbye', reason: 'SCHEMA', message: 'kitchen closed' }])
  t.is(end.outcome, 'Refused schema')
  // it will come to no session, over whatever pipe
  t.false(end.commands.some(({ _tag }) => _tag === 'Announce'))
})

test('a far end with another secret is refused, and learns nothing but that', t => {
  for (const end of converse({ secret, nonce: 1 }, { secret: other, nonce: 2 })) {
    t.is(end.outcome, 'Refused proof')
    t.like(end.commands.at(-2), { frame: { _tag: 'Goodbye', reason: 'REFUSED', message: 'refused' } })
  }
})

test('one end with a secret and one without refuse each other', t => {
  for (const [a, b] of [
    [{ secret }, {}],
    [{}, { secret }],
  ] as const)
    for (const end of converse({ ...a, nonce: 1 }, { ...b, nonce: 2 })) t.is(end.outcome, 'Refused proof')
})

test('an end’s own proof, sent back to it, is refused', t => {
  for (const role of ['dialled', 'accepted'] as const) {
    const end = new End(role, { secret })
    end.start()
    // the mirror also sends back the hello, nonce included
    const [proof] = end.take(helloOf({ secret }))
    t.is(proof?._tag, 'Proof')
    end.take(proof as Frame)
    t.is(end.outcome, 'Refused proof')
  }
})

test('a proof that was heard on another pipe is refused: nonces are fresh', t => {
  const [, heard] = converse({ secret, nonce: 1 }, { secret, nonce: 2 })
  const replayed = heard.commands.flatMap(command => (command._tag === 'Send' ? [command.frame] : []))
  const end = new End('dialled', { secret, nonce: 3 })
  end.start()
  for (const frame of replayed) end.take(frame)
  t.is(end.outcome, 'Refused proof')
})

test('a hello that was changed on its way is refused', t => {
  const accepted = new End('accepted', { secret, nonce: 2 })
  accepted.start()
  const dialled = new End('dialled', { secret, nonce: 1 })
  const [hello] = dialled.start() as [ReturnType<typeof helloOf>]
  accepted.take({ ...hello, validation: 'off' })
  const [proof] = dialled.take(helloOf({ secret, nonce: 2 }))
  accepted.take(proof as Frame)
  t.is(accepted.outcome, 'Refused proof')
})

test('a nonce that is too short is a violation, proof or not: sessions are told apart by it', t => {
  const short = (length: number, known: Uint8Array | undefined) => {
    const end = new End('dialled', { secret: known })
    end.start()
    end.take({ ...helloOf({ secret: known }), nonce: new Uint8Array(length) })
    return end.outcome
  }
  t.is(short(15, secret), 'ProtocolViolation')
  t.is(short(16, secret), undefined)
  t.is(short(15, undefined), 'ProtocolViolation')
})

const sides = fc.record({
  versions: fc.uniqueArray(fc.nat(3), { maxLength: 3 }),
  secret: fc.constantFrom(undefined, secret, other),
})
const turns = fc.array(fc.boolean(), { minLength: 1, maxLength: 12 })

test('both ends come to the same outcome, in whatever order the frames arrive', t => {
  const seen = new Set<boolean>()
  t.notThrows(() => {
    fc.assert(
      fc.property(sides, sides, fc.boolean(), fc.boolean(), turns, (a, b, describes, objects, order) => {
        const both = { describes, objects }
        const ends = converse({ ...a, ...both, nonce: 1 }, { ...b, ...both, nonce: 2 }, order)
        const agree = a.versions.some(version => b.versions.includes(version)) && a.secret === b.secret && !objects
        seen.add(agree)
        for (const end of ends) {
          assert.equal(end.outcome === 'Establish', agree)
          if (!agree) assert.match(end.outcome ?? '', /^Refused/)
        }
      }),
      { numRuns: 1_000 },
    )
  })
  t.is(seen.size, 2)
})

test('no frames bring it further than a settled state, or make it throw', t => {
  t.notThrows(() => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...every), { maxLength: 8 }), fc.boolean(), (frames, knows) => {
        const step = stepHandshake(termsOf('accepted', knows ? { secret } : {}))
        let [state] = step(newHandshake, { _tag: 'Started' })
        for (const frame of frames) {
          const settled = state._tag === 'Settled'
          const [next, commands] = step(state, { _tag: 'Received', frame })
          if (settled) assert.deepEqual([next, commands], [state, []])
          // an end that knows a secret settles for nothing less than a proof, and here none is right
          if (knows) assert.ok(commands.every(({ _tag }) => !['Establish', 'Announce', 'Trust'].includes(_tag)))
          state = next
        }
      }),
      { numRuns: 1_000 },
    )
  })
})
