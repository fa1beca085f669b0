import test from 'ava'
import {
  between,
  checkOptions,
  count,
  countFrom1,
  duration,
  oneOf,
  timerDuration,
  uint32,
  type Rule,
} from '../../src/error/check-options.js'
import type { InvalidOption } from '../../src/error/invalid-option.js'

const odd: readonly unknown[] = [NaN, -1, '5', null, true, {}, 5n]

const table: Readonly<Record<string, readonly [Rule, readonly unknown[], readonly unknown[]]>> = {
  duration: [duration, [0, 0.5, 5_000, Infinity], odd],
  'duration of a timer': [timerDuration, [0, 0.5, 0x7fff_ffff], [...odd, 0x8000_0000, Infinity]],
  count: [count, [0, 1, 2 ** 53, Infinity], [...odd, 1.5]],
  'count from 1': [countFrom1, [1, Infinity], [...odd, 0, 1.5]],
  'number of 32 bits': [uint32, [1, 0xffff_ffff], [...odd, 0, 1.5, 2 ** 32, Infinity]],
  'number between': [between(0, 1), [0, 0.3, 1], [...odd, 1.1]],
  word: [oneOf('a', 'b'), ['a', 'b'], [...odd, 'c']],
}

for (const [name, [rule, good, bad]] of Object.entries(table))
  test(`a ${name} is what it is said to be`, t => {
    for (const value of good) t.notThrows(() => checkOptions('brew', { x: value }, { x: rule }), String(value))
    for (const value of bad) {
      const error = t.throws(() => checkOptions('brew', { x: value }, { x: rule }), undefined, String(value))
      t.like(error, { _tag: 'InvalidOption', option: 'brew.x', value, wanted: rule.wanted })
    }
  })

test('names the option, the one in another too, what it is, and what to give', t => {
  const rules = { tea: { minutes: duration, sort: oneOf('green', 'black') } }
  const message = (tea: unknown) => t.throws<InvalidOption>(() => checkOptions('brew', { tea }, rules)).message
  t.is(message({ minutes: NaN }), 'brew.tea.minutes is NaN: give milliseconds, 0 or more, or Infinity')
  t.is(message({ sort: 'red' }), "brew.tea.sort is 'red': give 'green', 'black'")
})

test('what is not given is not looked at, nor what it has no rule for', t => {
  for (const options of [undefined, {}, { x: undefined }, { y: NaN }, false])
    t.notThrows(() => checkOptions('brew', options, { x: duration }))
})
