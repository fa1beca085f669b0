/**
 * What each method of the contract does, as the conformance list asks for it.
 */

const asked = { why: 'asked to' }
const utf8 = new TextEncoder()
const fromUtf8 = new TextDecoder()

/** How much of an upload or a channel is asked for at a time. */
const atATime = { items: 8, bytes: 64 * 1024 }

/** Asks for items, and for as many again as have been taken. */
const takeItems = (call, take) => {
  call.grant(atATime.items, atATime.bytes)
  call.onItem = (item, length) => {
    take(item)
    if (!call.over) call.grant(1, length)
  }
}

/** Calls `step` while it has something to do, in turns, so that one call does not hold up the others. */
const inTurns = (call, step) => {
  let planned = false
  const turn = () => {
    planned = false
    for (let i = 0; i < 32 && !call.over; i += 1) {
      if (!step()) return
    }
    plan()
  }
  const plan = () => {
    if (planned || call.over) return
    planned = true
    if (call.calls.link.full()) setTimeout(turn, 1)
    else setImmediate(turn)
  }
  call.onCredit = plan
  return plan
}

/** A payload of that size, whose first four bytes are its number. */
const numbered = (n, size) => {
  const made = new Uint8Array(size)
  for (let i = 0; i < Math.min(4, size); i += 1) made[i] = (n >>> (8 * i)) & 255
  return made
}

/** What `back` is told to do: calls the caller's own methods, and says what came of it. */
const backs = {
  echo: (calls, say) =>
    calls.call('echo', { value: utf8.encode('there and back') }, {}, call => {
      call.onReply = ({ value }) => say(fromUtf8.decode(value))
    }),
  ask: (calls, say) =>
    calls.call('ask', { value: 'fail' }, {}, call => {
      call.onReply = ({ value }) => say(value)
      call.onFail = (code, failure) => say(failure === undefined ? code : `${code}: ${failure.why}`)
    }),
  count: (calls, say) => {
    let found = 0
    return calls.call('count', { items: 10, size: 8, end: 'complete' }, { items: 2, size: 1_000 }, call => {
      call.onItem = () => {
        found += 1
        call.grant(1, 16)
      }
      call.onComplete = () => say(`${found} items`)
      call.onFail = code => say(code)
    })
  },
  sum: (calls, say) => {
    let left = 10
    const faults = calls.link.faults
    return calls.call('sum', undefined, {}, call => {
      call.onReply = totals => say(`${totals.items} items, ${totals.bytes} bytes`)
      call.onFail = code => say(code)
      const push = () => {
        for (; left > 0 && (call.toSend.open || faults.has('credit')); left -= 1) {
          call.upload({ value: new Uint8Array(10) })
        }
        if (left === 0) {
          left = -1
          call.send('complete', new Uint8Array())
        }
      }
      call.onCredit = push
    })
  },
  cancel: (calls, say) =>
    calls.call('count', { items: 1_000, size: 8, end: 'never' }, { items: 1, size: 1_000 }, call => {
      call.onItem = () => {
        call.finish('cancel')
        say('cancelled')
      }
    }),
  deadline: (calls, say) =>
    calls.call('ask', { value: 'never' }, { timeoutMs: 100 }, call => {
      call.onFail = code => say(code)
    }),
}

/** `unserved` is missing on purpose: nobody takes its calls. */
export const methods = {
  echo: (call, { value }) => call.reply({ value }),

  ask: (call, { value }) => {
    if (value === 'hello') call.reply({ value: 'hello' })
    else if (value === 'fail') call.failWith(asked)
    else if (value === 'defect') call.fail('DEFECT', { name: 'Error', message: 'asked to' })
    else if (value === 'deadline') call.reply({ value: String(call.timeoutMs ?? 'none') })
    else if (value === 'metadata') call.reply({ value: call.metadata.get('word') ?? 'none' })
  },

  count: (call, { items, size, end }) => {
    let n = 0
    const { faults } = call.calls.link
    const swapped = at => (faults.has('order') ? at ^ 1 : at)
    const plan = inTurns(call, () => {
      if (n === items) {
        if (end === 'complete') call.finish('complete')
        else if (end === 'fail') call.failWith(asked)
        return false
      }
      if (!call.toSend.open && !faults.has('credit')) return false
      call.next({ value: numbered(swapped(n), size) })
      n += 1
      return true
    })
    plan()
  },

  sum: call => {
    const totals = { items: 0, bytes: 0 }
    takeItems(call, ({ value }) => {
      totals.items += 1
      totals.bytes += value.length
    })
    call.onItemsOver = () => call.reply(totals)
  },

  idle: () => undefined,

  early: call => takeItems(call, () => call.reply({ value: 'enough' })),

  chat: call => {
    const waiting = []
    const plan = inTurns(call, () => {
      if (waiting.length === 0) {
        if (call.farIsDone) call.finish('complete')
        return false
      }
      if (!call.toSend.open) return false
      const [{ value, length }] = waiting.splice(0, 1)
      call.next({ value })
      if (!call.farIsDone) call.grant(1, length)
      return true
    })
    call.grant(atATime.items, atATime.bytes)
    call.onItem = ({ value }, length) => {
      waiting.push({ value, length })
      plan()
    }
    call.onItemsOver = plan
  },

  note: (call, { value }) => {
    call.calls.notes.push(value)
  },

  notes: call => call.reply({ value: call.calls.notes.join('\n') }),

  back: (call, { value }) => {
    const calling = backs[value]?.(call.calls, said => call.reply({ value: said }))
    if (calling === undefined) call.fail('DEFECT', { name: 'Error', message: `cannot call back: ${value}` })
  },
}
