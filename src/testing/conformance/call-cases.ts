import { merge, mergeMap, range, toArray } from 'rxjs'
import { group } from './conformance-case.js'
import type { Task } from './conformance-contract.js'
import { check, same, sameBytes, tagOf } from './check.js'
import { allOf, errorOf, failsWith, freshKey, oneOf, untilDone, withFar } from './connect.js'
import { patterned } from './patterned.js'
import { record } from './record.js'
import { until, within } from './waiting.js'

const asking = (how: Task['how'], ms = 0, key = freshKey()): Task => ({ key, how, ms })

const texts = ['', 'a', 'ä€𝄞', '\u0000', '__proto__', 'x'.repeat(300)]

/** One value in, one out, and everything that may become of it. */
export const callCases = group('calls', [
  [
    'a request with nothing in it is answered with nothing',
    subject =>
      withFar(subject, async ({ remote }) => {
        same((await allOf(remote.nothing(), 'the answer')).length, 1, 'answers')
        same((await oneOf(remote.echo(new Uint8Array(0)), 'no bytes')).length, 0, 'no bytes')
      }),
  ],
  [
    'texts and bytes come back as they were',
    subject =>
      withFar(subject, async ({ remote }) => {
        for (const text of texts) same(await oneOf(remote.say(text), 'a text'), text, 'a text')
        const all = Uint8Array.from({ length: 256 }, (_, i) => i)
        sameBytes(await oneOf(remote.echo(all), 'every byte'), all, 'every byte')
      }),
  ],
  [
    'a request of 200,000 bytes is answered with as many',
    subject =>
      withFar(subject, async ({ remote }) => {
        const large = patterned(200_000, 3)
        sameBytes(await oneOf(remote.echo(large), 'the answer'), large, 'the answer')
      }),
  ],
  [
    'a thousand requests at once get each its own answer, also where fewer are let in at a time',
    subject =>
      withFar(subject, async ({ remote }) => {
        const numbers = await allOf(
          range(0, 1_000).pipe(mergeMap(i => remote.say(String(i)).pipe(mergeMap(text => [[i, text] as const])))),
          'the answers',
        )
        same(numbers.length, 1_000, 'answers')
        for (const [i, text] of numbers) same(text, String(i), `answer ${i}`)
      }),
  ],
  [
    'a quick request overtakes a slow one',
    subject =>
      withFar(subject, async ({ remote }) => {
        const slow = asking('later', 150, 'slow')
        const quick = asking('atOnce', 0, 'quick')
        const answers = await oneOf(merge(remote.ask(slow), remote.ask(quick)).pipe(toArray()), 'both')
        same(answers.join(), 'quick,slow', 'order of the answers')
      }),
  ],
  [
    'requests of many kinds, interleaved, do not mix',
    subject =>
      withFar(subject, async ({ remote }) => {
        const some = range(0, 60).pipe(
          mergeMap(i => {
            if (i % 3 === 0) return remote.echo(patterned(i * 500, i)).pipe(mergeMap(got => [got.length === i * 500]))
            if (i % 3 === 1) return remote.say(`${i}`).pipe(mergeMap(got => [got === `${i}`]))
            return remote.ask(asking('later', i, `${i}`)).pipe(mergeMap(got => [got === `${i}`]))
          }),
        )
        const right = await allOf(some, 'the answers')
        same(right.length, 60, 'answers')
        check(right.every(Boolean), 'an answer went to another call')
      }),
  ],
  [
    'a method that nobody serves fails with Unimplemented, at once',
    subject =>
      withFar(subject, async ({ remote }) => {
        await failsWith(remote.unserved(), 'Unimplemented', 'the call')
        same(await oneOf(remote.say('on'), 'the next call'), 'on', 'the next call')
      }),
  ],
  [
    'a failure of the contract arrives as it is',
    subject =>
      withFar(subject, async ({ remote }) => {
        const error = await failsWith(remote.ask(asking('fail', 7)), 'Failure', 'the call')
        same((error as { readonly failure: { readonly at: number } }).failure.at, 7, 'the failure')
      }),
  ],
  [
    'a handler that throws is a Defect of its own call, and of no other',
    subject =>
      withFar(subject, async ({ remote }) => {
        const beside = record(remote.ask(asking('later', 100, 'beside')))
        const error = await failsWith(remote.ask(asking('defect')), 'Defect', 'the call')
        same((error as { readonly defect: { readonly name: string } }).defect.name, 'RangeError', 'what was thrown')
        check('complete' in (await within(beside.ended, 'the call beside')), 'the call beside has failed too')
      }),
  ],
  [
    'an answer that comes after its caller gave up does no harm',
    subject =>
      withFar(subject, async talk => {
        const { remote } = talk
        const task = asking('late', 150)
        await failsWith(remote.ask(task, { timeout: 30 }), 'Timeout', 'the call')
        await untilDone(talk, task.key, ({ notes }) => notes.length > 0, 'the late answer')
        same(await oneOf(remote.say('on'), 'the next call'), 'on', 'the next call')
      }),
  ],
  [
    'a second reply is an error where it was made, and does not travel',
    subject =>
      withFar(subject, async talk => {
        const task = asking('twice')
        same(await oneOf(talk.remote.ask(task), 'the answer'), 'once', 'the answer')
        const { notes } = await untilDone(talk, task.key, doings => doings.notes.length === 2, 'both replies')
        same(notes.join(), 'replied once,AlreadyAnswered', 'the replies')
      }),
  ],
  [
    'a reply whose Observable never ends is an answer at its first value, and is let go',
    subject =>
      withFar(subject, async talk => {
        const task = asking('unended')
        same(await oneOf(talk.remote.ask(task), 'the answer'), task.key, 'the answer')
        await untilDone(talk, task.key, ({ over }) => over === 1, 'the end of the work')
      }),
  ],
  [
    'a call that is taken, and never answered, ends with NoReply',
    subject =>
      withFar(subject, async ({ remote }) => {
        await failsWith(remote.ask(asking('unanswered')), 'NoReply', 'the call')
      }),
  ],
  [
    'events arrive, in order, before the call that follows them',
    subject =>
      withFar(subject, async ({ remote }) => {
        const key = freshKey()
        const sent = Array.from({ length: 100 }, (_, i) => String(i))
        for (const text of sent) remote.note({ key, text }).subscribe()
        same((await oneOf(remote.doings(key), 'what was noted')).notes.join(), sent.join(), 'the events')
      }),
  ],
  [
    'metadata travels with its call, also under names that objects are born with',
    subject =>
      withFar(subject, async ({ remote }) => {
        const metadata = Object.fromEntries([
          ['trace', 'ä€𝄞'],
          ['__proto__', 'data'],
          ['constructor', ''],
        ])
        const answer = await oneOf(remote.ask(asking('metadata'), { metadata }), 'the answer')
        const got = new Map(Object.entries(JSON.parse(answer) as Record<string, string>))
        for (const [name, text] of Object.entries(metadata)) same(got.get(name), text, name)
      }),
  ],
  [
    'the far end calls back while it is being called',
    subject =>
      withFar(subject, async ({ remote, ledger }) => {
        const task = asking('later', 5)
        same(await oneOf(remote.askBack(task), 'the answer'), task.key, 'the answer')
        same(ledger.of(task.key).begun, 1, 'calls that came back')
        const error = await errorOf(remote.askBack(asking('fail', 3)), 'the failure')
        check(['Failure', 'Defect'].includes(tagOf(error)), `the failure came back as ${tagOf(error)}`)
        await until(() => (ledger.of(task.key).over === 1 ? true : undefined), 'the end of the work')
      }),
  ],
])
