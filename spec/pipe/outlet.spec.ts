import test from 'ava'
import { Outlet } from '../../src/pipe/outlet.js'

const end = { end: () => undefined, abort: () => undefined, idle: true }

test('two values go in one call where the sink takes two, and one after the other where it does not', t => {
  const both: string[] = []
  const gathering = new Outlet<string>({
    ...end,
    write: value => both.push(value),
    writeTwo: (a, b) => both.push(`${a}+${b}`),
  })
  const each: string[] = []
  const plain = new Outlet<string>({ ...end, write: value => each.push(value) })
  t.deepEqual([gathering.gathers, plain.gathers], [true, false])
  for (const outlet of [gathering, plain]) {
    outlet.next('a')
    outlet.nextTwo('b', 'c')
    outlet.next('d')
  }
  t.deepEqual(
    [both, each],
    [
      ['a', 'b+c', 'd'],
      ['a', 'b', 'c', 'd'],
    ],
  )
})

test('who watches sees each of two values, in order and behind the sink', t => {
  const seen: string[] = []
  const outlet = new Outlet<string>({
    ...end,
    write: value => seen.push(`wrote ${value}`),
    writeTwo: (a, b) => seen.push(`wrote ${a} and ${b}`),
  })
  t.true(outlet.idle)
  outlet.subscribe(value => seen.push(`saw ${value}`))
  outlet.nextTwo('a', 'b')
  t.deepEqual(seen, ['wrote a and b', 'saw a', 'saw b'])
  // whoever saw them may have kept them
  t.false(outlet.idle)
})

test('nothing is written once it is over', t => {
  const seen: string[] = []
  const outlet = new Outlet<string>({ ...end, write: value => seen.push(value), writeTwo: a => seen.push(a) })
  const say = () => {
    outlet.next('a')
    outlet.nextTwo('b', 'c')
  }
  outlet.complete()
  say()
  t.deepEqual(seen, [])
})

test('a value of the sink’s own goes to where it spares a copy, unless somebody watches', t => {
  const seen: string[] = []
  const write = (value: string) => seen.push(`wrote ${value}`)
  const taking = new Outlet<string>({ ...end, write, writeOwn: value => seen.push(`took ${value}`) })
  const plain = new Outlet<string>({ ...end, write })
  t.deepEqual([taking.takesOver, plain.takesOver], [true, false])
  taking.nextOwn('a')
  plain.nextOwn('b')
  taking.subscribe(value => seen.push(`saw ${value}`))
  taking.nextOwn('c')
  t.deepEqual(seen, ['took a', 'wrote b', 'wrote c', 'saw c'])
})
