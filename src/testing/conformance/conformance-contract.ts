import * as t from 'io-ts'
import { contract } from '../../contract/contract.js'
import { channel, event, request, stream, upload } from '../../contract/method.js'
import { bytes, int32 } from '../../schema/integers.js'
import { patience } from './waiting.js'

/** Long enough for a busy machine: only cases about deadlines are in a hurry. */
const timeout = patience

/** One item of a stream: its number, counted from 0, and as many bytes as it was asked to be heavy. */
export const Item = t.type({ n: int32, filler: bytes })

/** An item of a stream. */
export type Item = t.TypeOf<typeof Item>

/** What `produce` is to do. */
export const Production = t.type({
  /** Under which its doings are noted. */
  key: t.string,
  /** How many items; -1: without end. */
  items: int32,
  /** How heavy each of them is. */
  bytes: int32,
  /** Where they come from: an iterable that is pulled, an Observable that pushes at once, or one that pushes each ms. */
  source: t.keyof({ pulled: null, pushed: null, timed: null }),
  /** What comes after the last. */
  end: t.keyof({ complete: null, fail: null, defect: null, never: null }),
})

/** What `produce` is to do. */
export type Production = t.TypeOf<typeof Production>

/** What `ask` is to do. */
export const Task = t.type({
  /** Under which its doings are noted, and what is answered. */
  key: t.string,
  /** How it answers; `late` and `twice` break the rules of handlers. */
  how: t.keyof({
    atOnce: null,
    later: null,
    never: null,
    unended: null,
    twice: null,
    late: null,
    unanswered: null,
    fail: null,
    defect: null,
    patience: null,
    metadata: null,
  }),
  /** When, in milliseconds, where that matters. */
  ms: int32,
})

/** What `ask` is to do. */
export type Task = t.TypeOf<typeof Task>

/** What has been done under one key, by all calls that named it. */
export const Doings = t.type({
  /** Calls that have begun, */
  begun: int32,
  /** and those of them whose work has ended, in whatever way. */
  over: int32,
  /** Calls whose caller gave up, or was gone. */
  cancelled: int32,
  /** Items that were produced, */
  sent: int32,
  /** and that were taken. */
  taken: int32,
  /** Whatever else there is to say, in order. */
  notes: t.array(t.string),
})

/** What has been done under one key. */
export type Doings = t.TypeOf<typeof Doings>

/** What `collect` has got. */
export const Collected = t.type({ items: int32, bytes: int32, inOrder: t.boolean })

/** The failure that the methods name. */
export const Trouble = t.type({ _tag: t.literal('Trouble'), at: int32 })

/**
 * What the two ends of a conformance run talk by. Both ends serve it, and both use it.
 *
 * What an `upload` or a `channel` is to do stands in the call's metadata: see `serveConformance`.
 */
export const conformanceContract = contract('sluice.Conformance', {
  /** Nothing in, nothing out. */
  nothing: request(t.void, t.void, { timeout }),
  /** The same bytes. */
  echo: request(bytes, bytes, { timeout }),
  /** The same text. */
  say: request(t.string, t.string, { timeout }),
  /** That many bytes. */
  size: request(int32, bytes, { timeout }),
  /** Answers with its key, as it is told to. */
  ask: request(Task, t.string, { failure: Trouble, timeout }),
  /** The same, and may be asked twice. */
  askAgain: request(Task, t.string, { failure: Trouble, idempotent: true, timeout }),
  /** Nobody takes its calls. */
  unserved: request(t.void, t.void, { timeout }),
  /** Items, as they are asked for. */
  produce: stream(Production, Item, { failure: Trouble }),
  /** Takes items. */
  collect: upload(Item, Collected, { failure: Trouble }),
  /** Takes items, and gives some. */
  converse: channel(Item, Item, { failure: Trouble }),
  /** Is noted. */
  note: event(t.type({ key: t.string, text: t.string })),
  /** What has been done under a key. */
  doings: request(t.string, Doings, { timeout }),
  /** The name that this end's program was given; see `FarProgram`. */
  name: request(t.void, t.string, { timeout }),
  /** This end asks the caller, and answers what it was answered. */
  askBack: request(Task, t.string, { failure: Trouble, timeout }),
  /** This end has the caller produce, and passes it on. */
  produceBack: stream(Production, Item, { failure: Trouble }),
  /** How this connection ends is noted under that key: `in order`, or the tag of an error. */
  farewell: event(t.string),
  /** This end closes the connection, once the calls that are open have ended. */
  leave: event(t.void),
  /** This end's program ends with that code. */
  exit: event(int32),
})

/** The limits that `serveConformance` names in its handshake: low, so that they are soon reached. */
export const conformanceLimits = {
  /** Longest message, in bytes. */
  messageBytes: 2 * 1024 * 1024,
  /** Calls at once. */
  calls: 256,
} as const
