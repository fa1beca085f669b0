import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import test from 'ava'
import fc from 'fast-check'
import { asapScheduler, firstValueFrom, last, NEVER, Subject, toArray } from 'rxjs'
import type { Found, LogPart } from '../../examples/ui-host/contracts.js'
import { follow } from '../../examples/ui-host/host/follow.js'
import { keptSecret } from '../../examples/ui-host/host/kept-secret.js'
import { search } from '../../examples/ui-host/host/search.js'
import { FoundNames } from '../../examples/ui-host/page/pipelines/found-names.js'
import { countPrimes } from '../../examples/ui-host/page/worker/count-primes.js'
import { within } from '../helpers/processes.js'

const place = mkdtempSync(join(tmpdir(), 'ui-host-parts-'))
test.after.always('its directory is removed', () => rmSync(place, { recursive: true, force: true }))

const planted = (name: string, paths: readonly string[]): string => {
  const root = join(place, name)
  for (const path of paths) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), '')
  }
  return root
}

const many = Array.from({ length: 600 }, (_, i) => `many/n${String(i).padStart(3, '0')}`)
const tree = ['a/x', 'a/b/x', 'a/b.x', 'a/B', 'b', 'c/d/e/f', 'c/d/e.f', 'c/x y', 'zz/A/x', ...many]

const drain = async <T>(items: AsyncIterable<T>): Promise<readonly T[]> => {
  const taken: T[] = []
  for await (const item of items) taken.push(item)
  return taken
}

const pathsOf = (found: readonly Found[]): readonly string[] =>
  found.flatMap(({ directory, names }) => names.map(name => (directory === '' ? name : `${directory}/${name}`)))

test('a search finds what has all words in its path, in any case, once', async t => {
  const root = planted('words', tree)
  const paths = async (words: string) => pathsOf(await drain(search(root, { words })))
  t.deepEqual(
    await paths('A X'),
    ['a/b/x', 'a/b.x', 'a/x', 'zz/A/x'].sort((a, b) => order(a, b)),
  )
  t.deepEqual(await paths('f e/'), ['c/d/e/f'])
  t.deepEqual(await paths('nothing'), [])
  const all = await paths('')
  t.is(all.length, new Set(all).size)
  t.is(all.length, tree.length + 8, 'directories count as well')
})

/** Step by step, as the walk goes. */
const order = (a: string, b: string): number => {
  const [as, bs] = [a.split('/'), b.split('/')]
  for (let i = 0; ; i += 1) {
    if (as[i] === bs[i]) continue
    return (as[i] ?? '') < (bs[i] ?? '') ? -1 : 1
  }
}

test('a search goes on behind any of its items, as if nothing had happened', async t => {
  const root = planted('resumed', tree)
  const whole = await drain(search(root, { words: '' }))
  const paths = pathsOf(whole)
  const looked = whole.at(-1)!.looked
  t.is(looked, paths.length)
  await fc.assert(
    fc.asyncProperty(fc.nat(whole.length - 1), async at => {
      const before = whole.slice(0, at + 1)
      const { last: after, looked: lookedBefore } = before.at(-1)!
      const rest = await drain(search(root, { words: '', after, looked: lookedBefore }))
      t.deepEqual([...pathsOf(before), ...pathsOf(rest)], paths)
      t.is(rest.at(-1)!.looked, looked)
    }),
    { numRuns: 40 },
  )
})

test('a search reads no further than it is asked, and ends when it is left', async t => {
  const root = planted('left', tree)
  const found = search(root, { words: 'n' })
  const { value } = (await found.next()) as IteratorYieldResult<Found>
  t.true(value.looked < 300, 'one item has 256 names at most')
  t.deepEqual(await found.return(undefined), { done: true, value: undefined })
  t.true((await found.next()).done)
})

/** Takes parts until so many lines are there. */
const lines = async (parts: AsyncGenerator<LogPart>, count: number): Promise<readonly LogPart[]> => {
  const taken: LogPart[] = []
  while (taken.flatMap(part => part.lines).length < count) {
    const part = await within(parts.next(), 'a line')
    if (part.done === true) break
    taken.push(part.value)
  }
  return taken
}

const textOf = (parts: readonly LogPart[]): readonly string[] => parts.flatMap(part => part.lines)

test('follows a file: whole lines only, and what is added', async t => {
  const path = join(place, 'followed.log')
  writeFileSync(path, 'one\ntwo\nthr')
  const parts = follow(path, {}, NEVER)
  t.deepEqual(textOf(await lines(parts, 2)), ['one', 'two'])
  appendFileSync(path, 'ee\nfour\n')
  t.deepEqual(textOf(await lines(parts, 2)), ['three', 'four'])
  await parts.return(undefined)
})

test('begins near the end of a long file, with a whole line', async t => {
  const path = join(place, 'long.log')
  writeFileSync(path, Array.from({ length: 10_000 }, (_, i) => `line ${i}\n`).join(''))
  const parts = follow(path, {}, NEVER)
  const text = textOf(await lines(parts, 1))
  t.true(text.length > 100 && text.length < 1_000, String(text.length))
  t.regex(text[0]!, /^line \d{4}$/)
  t.is(text.at(-1), 'line 9999')
  await parts.return(undefined)
})

test('goes on behind the last line that came, without a gap and without a double', async t => {
  const path = join(place, 'resumed.log')
  writeFileSync(path, 'one\ntwo\n')
  const first = follow(path, {}, NEVER)
  const { file, end } = (await lines(first, 2)).at(-1)!
  await first.return(undefined)
  appendFileSync(path, 'three\nfour\n')
  const second = follow(path, { file, from: end }, NEVER)
  t.deepEqual(textOf(await lines(second, 2)), ['three', 'four'])
  await second.return(undefined)
})

test('reads from the start a file that was cut short, or that another one has taken the place of', async t => {
  const path = join(place, 'rotated.log')
  writeFileSync(path, 'one\ntwo\n')
  const parts = follow(path, {}, NEVER)
  await lines(parts, 2)
  truncateSync(path)
  appendFileSync(path, 'a\n')
  t.deepEqual(textOf(await lines(parts, 1)), ['a'])
  renameSync(path, `${path}.1`)
  writeFileSync(path, 'another\nfile\n')
  t.deepEqual(textOf(await lines(parts, 2)), ['another', 'file'])
  await parts.return(undefined)
})

test('waits for a file that is not there yet, and stops waiting when it is told', async t => {
  const path = join(place, 'later.log')
  const stopped$ = new Subject<void>()
  const parts = follow(path, {}, stopped$)
  const first = parts.next()
  writeFileSync(path, 'here\n')
  t.deepEqual(((await within(first, 'a line')) as IteratorYieldResult<LogPart>).value.lines, ['here'])
  const second = parts.next()
  stopped$.next()
  t.deepEqual(await within(second, 'the end'), { done: true, value: undefined })
})

test('cuts a line that is longer than it takes at one go, and no other', async t => {
  const path = join(place, 'wide.log')
  const wide = 'x'.repeat(100_000)
  writeFileSync(path, `short\n${wide}\nshort\n`)
  const parts = follow(path, { from: 0 }, NEVER)
  const text = textOf(await lines(parts, 4))
  t.is(text.join(''), `short${wide}short`)
  t.is(text[0], 'short')
  t.is(text.at(-1), 'short')
  await parts.return(undefined)
})

test('keeps its secret for the next start, for its owner alone', t => {
  const path = join(place, 'deep', 'secret')
  const secret = keptSecret(path)
  t.is(secret.length, 32)
  t.deepEqual(keptSecret(path), secret)
  writeFileSync(path, 'broken')
  t.notDeepEqual(keptSecret(path), secret)
})

test('results that are packed come out as they went in', t => {
  const name = fc.string({ minLength: 1, maxLength: 8 }).map(text => text.replaceAll(/[/\0]/g, '_'))
  const batch = fc.record({
    directory: fc.array(name, { maxLength: 3 }).map(steps => steps.join('/')),
    names: fc.array(name, { maxLength: 300 }),
  })
  fc.assert(
    fc.property(fc.array(batch, { maxLength: 8 }), batches => {
      const packed = new FoundNames()
      const plain = batches.flatMap(({ directory, names }) => names.map(one => ({ directory, name: one })))
      for (const { directory, names } of batches) packed.add(directory, names)
      t.is(packed.length, plain.length)
      t.deepEqual(
        plain.map((_, index) => packed.at(index)),
        plain,
      )
      t.is(packed.at(plain.length), undefined)
    }),
    { numRuns: 60 },
  )
})

test('results of one directory keep it, however many texts they fill', t => {
  const packed = new FoundNames()
  const names = Array.from({ length: 700 }, (_, i) => `n${i}`)
  packed.add('a/b', names.slice(0, 300))
  packed.add('a/b', names.slice(300))
  t.deepEqual(
    names.map((_, index) => packed.at(index)),
    names.map(name => ({ directory: 'a/b', name })),
  )
})

for (const [below, primes] of [
  [0, 0],
  [2, 0],
  [3, 1],
  [4, 2],
  [100, 25],
  [10_000_000, 664_579],
] as const)
  test(`counts ${primes} primes below ${below}`, async t => {
    const { primes: counted } = await firstValueFrom(countPrimes(below, asapScheduler).pipe(last()))
    t.is(counted, primes)
  })

test('tells how far a count is, piece after piece, up to its end', async t => {
  const told = await firstValueFrom(countPrimes(10_000_000, asapScheduler).pipe(toArray()))
  const reached = told.map(each => each.reached)
  t.deepEqual(
    reached,
    [...reached].sort((a, b) => a - b),
  )
  t.is(reached.at(-1), 10_000_000)
  t.true(told.length > 3)
})
