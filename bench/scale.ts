import type { Figure, Options, Scenario, Subject } from './harness/figure.js'
import type { Measured, Operation } from './harness/messages.js'
import { startPair } from './harness/pair.js'
import { median, withRatios } from './harness/rounds.js'

const clientCounts = [1, 10, 100, 1_000]
const streamCounts = [1, 10, 100, 1_000, 10_000]

/**
 * Calls in flight for each client: each has the same to do, however many there are. With sixteen the answers of one read leave in one
 * write; with one, each call pays for two reads and two writes, and for all that lies between them.
 */
const inFlights = [16, 1]

/**
 * Calls of a measurement for each that a client has in flight, at least: four times what a thousand clients have together. As many for
 * one client as for a thousand, since the engine is warm after so many calls, however many clients make them; and not fewer than
 * it takes for that.
 */
const leastCalls = 4_000
const warmCalls = 16_000

/**
 * Items of a measurement for each stream, at least: enough for its opening not to count, and for it to go round its window
 * some times. What it takes to open one is a figure of its own.
 */
const leastItems = 1_000

/** Streams at once that are opened for one item; and how many a measurement has, at least. */
const briefCounts = [1, 100, 10_000]
const leastBrief = 20_000

/**
 * What a call costs with more and more clients, an item with more and more streams at once over one connection, a stream that is opened for one item, both ends together
 * and the serving end alone: a thousand clients share a process here, as they seldom do, and their calls its heap; and what an
 * idle client, and an open stream that gives nothing, hold on the heap of the end that serves.
 */
export const scenario: Scenario = {
  name: 'scale',
  run: async options => {
    const figures: Figure[] = []
    const subjects = options.subjects.filter(({ scenarios }) => scenarios.includes('scale'))
    for (const inFlight of inFlights)
      for (const clients of clientCounts)
        figures.push(
          ...(await cost(
            options,
            subjects,
            { _tag: 'clients', clients, inFlight },
            'us/call',
            `calls, ${clients} clients, ${inFlight} in flight each`,
          )),
        )
    for (const streams of streamCounts)
      figures.push(
        ...(await cost(options, subjects, { _tag: 'streams', streams }, 'us/item', `items, ${streams} streams`)),
      )
    for (const streams of briefCounts)
      figures.push(
        ...(await cost(
          options,
          subjects,
          { _tag: 'brief streams', streams },
          'us/stream',
          `streams of one item, ${streams} at once`,
        )),
      )
    for (const subject of subjects.filter(({ name }) => name !== 'floor behind Observables'))
      figures.push(...(await held(subject)))
    return withRatios(figures)
  },
}

type Scaled = Extract<Operation, { readonly _tag: 'clients' | 'streams' | 'brief streams' }>

/** What a measurement has at least. */
const least = (operation: Scaled): number => {
  switch (operation._tag) {
    case 'clients':
      return Math.max(leastCalls * operation.inFlight, warmCalls)
    case 'streams':
      return leastItems * operation.streams
    case 'brief streams':
      return leastBrief
  }
}

/** Processor time of both ends, with every subject in turn. */
const cost = async (
  { rounds, durationMs }: Options,
  subjects: readonly Subject[],
  operation: Scaled,
  unit: string,
  what: string,
): Promise<readonly Figure[]> => {
  const pairs = []
  const runs = new Map<Subject, Measured[]>()
  try {
    for (const subject of subjects) {
      const pair = await startPair(subject, false)
      pairs.push({ subject, pair, count: 0 })
      const fitting = await pair.prepare(operation, durationMs)
      const count = Math.max(fitting, least(operation))
      pairs[pairs.length - 1] = { subject, pair, count }
      await pair.run(operation, count) // the trial may have been too short for the engine to be warm
    }
    for (let round = 0; round < rounds; round++)
      for (const { subject, pair, count } of pairs)
        runs.set(subject, [...(runs.get(subject) ?? []), await pair.run(operation, count)])
  } finally {
    await Promise.all(pairs.map(({ pair }) => pair.stop()))
  }
  const figures = (whose: string, cpuOf: (run: Measured) => number): readonly Figure[] =>
    subjects.map(subject => ({
      scenario: 'scale',
      subject: subject.name,
      metric: `CPU of ${whose}, ${what}`,
      value: median((runs.get(subject) ?? []).map(run => cpuOf(run) / run.count)),
      unit,
    }))
  return [
    ...figures('both ends', ({ cpuUs }) => cpuUs),
    ...figures('the serving end', ({ servingCpuUs = NaN }) => servingCpuUs),
  ]
}

const perClient = 500
const perStream = 10_000

/** Memory of the serving end, as the difference that many clients and streams make once it has been through a few. */
const held = async (subject: Subject): Promise<readonly Figure[]> => {
  const pair = await startPair(subject, false)
  try {
    const clients = async (count: number) => {
      await pair.run({ _tag: 'clients', clients: count, inFlight: 1 }, count)
      return pair.heap()
    }
    const few = await clients(50)
    const many = await clients(50 + perClient)
    const figures = [...figuresOf(subject.name, 'an idle client', few, many, perClient)]
    if (subject.name === 'floor') return figures // its streams are a loop that ends
    const idle = { _tag: 'idle streams' } as const
    await pair.run(idle, 100)
    const before = await pair.heap()
    await pair.run(idle, perStream)
    return [...figures, ...figuresOf(subject.name, 'an open idle stream', before, await pair.heap(), perStream)]
  } finally {
    await pair.stop()
  }
}

const figuresOf = (
  subject: string,
  what: string,
  before: { readonly heap: number; readonly buffers: number },
  after: { readonly heap: number; readonly buffers: number },
  count: number,
): readonly Figure[] => {
  const figure = (where: string, bytes: number): Figure => ({
    scenario: 'scale',
    subject,
    metric: `${what}, ${where} of the serving end`,
    value: bytes / count / 1024,
    unit: 'KiB',
  })
  return [figure('heap', after.heap - before.heap), figure('buffers', after.buffers - before.buffers)]
}
