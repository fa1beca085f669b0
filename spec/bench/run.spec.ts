import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { dependenciesOf } from '../../bench/cold/dependencies.js'
import type { Figure } from '../../bench/harness/figure.js'
import { nodeFlags } from '../../bench/harness/pair.js'
import { median, withRatios } from '../../bench/harness/rounds.js'
import { tableOf } from '../../bench/harness/table.js'
import { loader, sourceArgs } from '../helpers/script-args.js'
import { answerTo, askFor, isAnswer, isItem, itemAt } from '../../bench/harness/workload.js'

const bench = (...args: readonly string[]) =>
  execFileSync(process.execPath, sourceArgs('bench/run.ts', ...args), { encoding: 'utf8', stdio: 'pipe' })

test('prints one JSON line for each figure, and nothing else', t => {
  t.timeout(120_000)
  const brief = ['--subject', 'floor', '--rounds', '1', '--duration', '30', '--json']
  const figures = bench('latency', 'stream', 'bytes', 'big', ...brief)
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as Figure)
  t.deepEqual(
    figures.map(({ scenario, subject, metric, unit }) => [scenario, subject, metric, unit]),
    [
      ['big', 'floor', '1 MiB there and back', 'MB/s'],
      ['big', 'floor', 'CPU of both ends', 'us/echo'],
      ['bytes', 'floor', '64 KiB chunks', 'MB/s'],
      ['bytes', 'floor', 'CPU of both ends', 'us/chunk'],
      ['latency', 'floor', 'p50', 'us'],
      ['latency', 'floor', 'p99', 'us'],
      ['stream', 'floor', 'items', '1/s'],
      ['stream', 'floor', 'CPU of both ends', 'us/item'],
    ],
  )
  for (const { value, ratioToFloor } of figures) {
    t.true(value > 0)
    t.is(ratioToFloor, 1)
  }
})

test('a thread and its worker say the same by a port, by a port in batches, and by shared memory', t => {
  t.timeout(120_000)
  const ways = ['bare port', 'batched port', 'bare ring']
  const figures = bench(
    'worker',
    ...ways.flatMap(way => ['--subject', way]),
    '--rounds',
    '1',
    '--duration',
    '20',
    '--json',
  )
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as Figure)
  for (const way of ways) t.is(figures.filter(({ subject, value }) => subject === way && value > 0).length, 14, way)
  for (const { ratioToFloor } of figures.filter(({ subject }) => subject === 'bare port')) t.is(ratioToFloor, 1)
})

test('refuses a scenario and a subject that are not there', t => {
  t.throws(() => bench('tea-time'), { message: /no scenario tea-time: there are big, bytes/ })
  t.throws(() => bench('--subject', 'pigeon'), { message: /no subject pigeon: there are floor/ })
  t.throws(() => bench('--heap', 'a lot'), { message: /--heap a lot: give a positive number/ })
})

test('processes that are measured keep no source maps', t => {
  const kept = execFileSync(process.execPath, [...nodeFlags, '-p', 'process.sourceMapsEnabled'], { encoding: 'utf8' })
  t.is(kept.trim(), 'false')
})

test('a process holds as much on its heap as it is told', t => {
  const heap = (mebibytes: number): number => {
    const code = 'await import(process.argv[1]); console.log(process.memoryUsage().heapUsed)'
    const module = new URL('../../bench/harness/ballast.ts', import.meta.url).href
    const args = ['--import', loader, '--input-type=module', '-e', code, module]
    const env = { ...process.env, BENCH_HEAP: String(mebibytes) }
    return Number(execFileSync(process.execPath, args, { encoding: 'utf8', env })) / 2 ** 20
  }
  const more = heap(48) - heap(8)
  t.true(more > 35 && more < 50, `${more} MiB`)
})

test('what modules import is found however they are written', t => {
  const place = mkdtempSync(join(tmpdir(), 'sluice-imports-'))
  const file = (name: string, text: string): string => {
    writeFileSync(join(place, name), text)
    return join(place, name)
  }
  file('other.js', 'import{a}from"rxjs";import"io-ts";export const b=a;\n')
  const entry = file('entry.js', "import { b } from './other.js'\nimport * as net from 'node:net'\nexport { b, net }\n")
  t.deepEqual(dependenciesOf([entry]).trim().split('\n').sort(), [
    "import 'io-ts'",
    "import 'node:net'",
    "import 'rxjs'",
  ])
  rmSync(place, { recursive: true })
})

test('the median of an even count lies between the middle two', t => {
  t.is(median([5, 1, 9]), 5)
  t.is(median([4, 1, 9, 2]), 3)
  t.is(median([]), NaN)
})

test('a ratio is taken to the floor of the same metric and scenario', t => {
  const figure = (subject: string, metric: string, value: number) => ({
    scenario: 's',
    subject,
    metric,
    value,
    unit: 'us',
  })
  const ratios = withRatios([
    figure('floor', 'a', 4),
    figure('floor', 'b', 8),
    figure('x', 'b', 2),
    figure('x', 'c', 1),
  ])
  t.deepEqual(
    ratios.map(({ ratioToFloor }) => ratioToFloor),
    [1, 1, 0.25, undefined],
  )
  t.deepEqual(tableOf(ratios).split('\n'), [
    '          floor            x',
    's: a, us   4.00            -',
    's: b, us   8.00  2.00 (0.25)',
    's: c, us      -         1.00',
  ])
})

test('an answer or an item that is not the one asked for is told from the one that is', t => {
  for (const n of [0, 1, 65_535, 65_536, 1_000_000]) {
    const { text, total } = answerTo(askFor(n))
    t.true(isAnswer(n, text, total))
    t.false(isAnswer(n + 1, text, total))
    t.false(isAnswer(n, `${text} `, total))
    const item = itemAt(n)
    t.true(isItem(n, item.text, item.total))
    t.false(isItem(n + 1, item.text, item.total))
  }
})
