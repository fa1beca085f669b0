import * as t from 'io-ts'
import { contract } from '../../contract/contract.js'
import { channel, event, request, stream, upload } from '../../contract/method.js'
import { bytes, uint32 } from '../../schema/integers.js'

/** What `count` is to do. */
export const Countdown = t.type({
  /** How many items, */
  items: uint32,
  /** and how many bytes each of them has. */
  size: uint32,
  /** What comes behind the last one: `complete`, `fail` or `never`. */
  end: t.string,
})

/** What `sum` has taken. */
export const Totals = t.type({ items: uint32, bytes: uint32 })

/** The failure that `ask` and `count` name. */
export const Asked = t.type({ why: t.string }, 'Asked')

/**
 * What a peer serves, so that `peerConformanceCases` can be run against it. `toProto` prints it as a `.proto` text for a peer in
 * another language; its field numbers need not be those, since a reader resolves the writer's by name.
 *
 * | method | does |
 * |---|---|
 * | `echo` | answers the same bytes |
 * | `ask` | by its text: `hello` answers `hello`; `fail` fails with `{ why: 'asked to' }`; `defect` fails in another way; `never` never answers; `deadline` answers what is left of the caller's deadline in whole milliseconds, or `none`; `metadata` answers the text of the metadata `word`, or `none` |
 * | `unserved` | nobody takes its calls |
 * | `count` | sends `items` items of `size` bytes, whose first four are the item's number from 0, least significant first (fewer, if it is shorter); then completes, fails with `{ why: 'asked to' }`, or stays as it is. Sends as it has credit, and loses nothing |
 * | `sum` | takes items, asking for more as it goes, and answers how many and how long they were in all |
 * | `idle` | takes the call, asks for no items, never answers |
 * | `early` | asks for items, and answers `enough` once it has the first |
 * | `chat` | gives each item back, in order, and completes when the caller's items are over. Asks for no more items than it can hold |
 * | `note` | remembers its text, as long as this session |
 * | `notes` | answers what this session has noted, each on a line: the texts of `note`, and `cancelled NAME` for each call of that method that its caller has cancelled, in whatever order that becomes known. Its own text means nothing |
 * | `back` | calls a method of its caller, and answers what came of it: see `backTasks` |
 */
export const peerConformanceContract = contract('sluice.conformance.Peer', {
  echo: request(bytes, bytes),
  ask: request(t.string, t.string, { failure: Asked }),
  unserved: request(t.string, t.string),
  count: stream(Countdown, bytes, { failure: Asked }),
  sum: upload(bytes, Totals),
  idle: upload(bytes, t.string),
  early: upload(bytes, t.string),
  chat: channel(bytes, bytes),
  note: event(t.string),
  notes: request(t.string, t.string),
  back: request(t.string, t.string),
})

/**
 * What `back` is asked for, by its text.
 *
 * | text | the peer calls | and answers |
 * |---|---|---|
 * | `echo` | `echo` with the text `there and back` in UTF-8 | the text that came back |
 * | `ask` | `ask` with `fail` | `FAILURE: ` and the failure's `why`, or else the code of the failure |
 * | `count` | `count` for 10 items of 8 bytes that `complete`, granting at first fewer than 10 | `10 items`, by what came |
 * | `sum` | `sum` with 10 items of 10 bytes, as it is granted | `10 items, 100 bytes`, by what was answered |
 * | `cancel` | `count` for 1,000 items of 8 bytes, and cancels after the first | `cancelled` |
 * | `deadline` | `ask` with `never`, and 100 ms to go | `TIMEOUT` |
 */
export const backTasks = ['echo', 'ask', 'count', 'sum', 'cancel', 'deadline'] as const
