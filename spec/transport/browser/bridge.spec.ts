import { EventEmitter } from 'node:events'
import { MessageChannel, type MessagePort } from 'node:worker_threads'
import test from 'ava'
import * as t from 'io-ts'
import { defer, mergeMap, of, take, toArray, type Observable } from 'rxjs'
import { contract, peer, request, serve, type Transport } from 'sluice'
import {
  type Bridge,
  bridgedPipes,
  dialBridge,
  electronPort,
  ipcBridge,
  ipcMainBridge,
  type MessagePortMainLike,
  vscodeHost,
} from 'sluice/browser'
import { byteCases, type ByteRig } from 'sluice/testing'
import { letGo, pause, record, until, within } from '../conformance/rig.js'

test.after.always(letGo)

const Greeter = contract('spec.Greeter', { greet: request(t.string, t.string) })

/** Two bridges that lead to each other, copying as their products do, a turn later, and losing what nobody listens to. */
const bridges = (): readonly [Bridge, Bridge] => {
  const sides = [new EventEmitter(), new EventEmitter()] as const
  const side = (own: EventEmitter, other: EventEmitter): Bridge => ({
    post: message => {
      const copy: unknown = structuredClone(message)
      setImmediate(() => other.emit('message', copy))
    },
    listen: listener => {
      own.on('message', listener)
      return () => void own.off('message', listener)
    },
  })
  for (const each of sides) each.setMaxListeners(100)
  return [side(sides[0], sides[1]), side(sides[1], sides[0])]
}

const rig = (): ByteRig => {
  const [near, far] = bridges()
  return { dial: dialBridge(near), pipes$: bridgedPipes(far) }
}

for (const { name, run } of byteCases)
  test(`a bridge ${name}`, async it => {
    await it.notThrowsAsync(run(defer(() => of(rig()))))
  })

const greeted = (dial: Transport, pipes$: Transport, greetings = 1): Observable<readonly string[]> => {
  record(
    pipes$.pipe(
      peer({ serves: Greeter }),
      mergeMap(page => serve(page, { greet: name => `hello, ${name}` })),
    ),
  )
  return dial.pipe(
    peer({ uses: Greeter }),
    mergeMap(({ remote }) => remote.greet('world')),
    take(greetings),
    toArray(),
  )
}

const oneOf = async <T>(source: Observable<T>): Promise<T | undefined> => {
  const notes = record(source)
  const end = await within(notes.ended, 'the end')
  if ('error' in end) throw end.error
  return notes.values[0]
}

test('whoever comes first to a bridge waits for the other', async it => {
  const [near, far] = bridges()
  const first = record(dialBridge(near))
  await pause(50)
  record(bridgedPipes(far))
  await until(() => first.values[0], 'a pipe to who came later')
  const second = record(dialBridge(near))
  await until(() => second.values[0], 'a pipe to who was there')
  it.pass()
})

test('a bridge at whose far end nobody listens is refused', async it => {
  const end = await within(record(dialBridge(bridges()[0], { connectWithin: 50 })).ended, 'the dialler')
  it.like((end as { error: object }).error, { _tag: 'PipeError', why: 'refused' })
})

test('a bridge passes over what is none of its messages', async it => {
  const [near, far] = bridges()
  const pipes = record(bridgedPipes(far))
  for (const noise of [null, 'hello', 7, {}, { sluiceBridge: 5 }, { sluiceBridge: 'dial', message: 5 }])
    near.post(noise)
  await pause(20)
  it.is(pipes.values.length, 0)
  record(dialBridge(near))
  await until(() => pipes.values[0], 'a pipe')
})

test('a renderer of Electron calls its main process through two functions', async it => {
  const ipcMain = new EventEmitter()
  const ipcRenderer = new EventEmitter()
  const contents = {
    send: (channel: string, message: unknown) =>
      setImmediate(() => ipcRenderer.emit(channel, {}, structuredClone(message))),
    isDestroyed: () => false,
  }
  const renderer = Object.assign(ipcRenderer, {
    send: (channel: string, message: unknown) =>
      setImmediate(() => ipcMain.emit(channel, { sender: contents }, structuredClone(message))),
  })
  // contextBridge copies an object and its functions, and nothing of a class
  const exposed: Bridge = { ...ipcBridge(renderer) }
  it.deepEqual(Object.keys(exposed).sort(), ['listen', 'post'])
  const main = ipcMainBridge(ipcMain, contents)
  it.deepEqual(await oneOf(greeted(dialBridge(exposed), bridgedPipes(main))), ['hello, world'])
})

test('the main process of Electron does not hear another page on the channel', async it => {
  const ipcMain = new EventEmitter()
  const contents = { send: () => undefined, isDestroyed: () => false }
  const pipes = record(bridgedPipes(ipcMainBridge(ipcMain, contents)))
  ipcMain.emit('sluice', { sender: {} }, { sluiceBridge: 'dial', message: 'x' })
  it.is(pipes.values.length, 0)
  ipcMain.emit('sluice', { sender: contents }, { sluiceBridge: 'dial', message: 'x' })
  it.is(pipes.values.length, 1)
})

test('nothing is sent to a page of Electron that was destroyed', it => {
  const contents = { send: () => it.fail(), isDestroyed: () => true }
  ipcMainBridge(new EventEmitter(), contents).post('late')
  it.pass()
})

/** A port as Electron's main process has it: events around values, and no ArrayBuffers to transfer. */
const portMain = (port: MessagePort): MessagePortMainLike => {
  const wrapped = new Map<unknown, (value: unknown) => void>()
  return {
    postMessage: (message: unknown, ...more: unknown[]) => {
      if (more.length > 0) throw new TypeError('Port at index 0 is not a valid port')
      port.postMessage(message)
    },
    on: (event: string, listener: (value: never) => void) => {
      const wrap = (value: unknown): void => listener({ data: value } as never)
      wrapped.set(listener, wrap)
      port.on(event as 'message', wrap)
    },
    off: (event: string, listener: (value: never) => void) => port.off(event as 'message', wrapped.get(listener)!),
    start: () => port.start(),
    close: () => port.close(),
  }
}

test('a port of Electron’s main process carries a pipe, and one in its life', async it => {
  const { port1, port2 } = new MessageChannel()
  const [near, far] = [portMain(port1), portMain(port2)]
  it.deepEqual(await oneOf(greeted(electronPort(near), electronPort(far, { end: 'accepted' }))), ['hello, world'])
  const again = await within(record(electronPort(near)).ended, 'a second pipe')
  it.like((again as { error: object }).error, { why: 'misused' })
})

test('a webview of VS Code is served each time that its page is loaded', async it => {
  const page = new EventEmitter()
  const extension = new EventEmitter()
  const webview = {
    postMessage: (message: unknown) => setImmediate(() => page.emit('message', structuredClone(message))),
    onDidReceiveMessage: (listener: (message: unknown) => void) => {
      extension.on('message', listener)
      return { dispose: () => extension.off('message', listener) }
    },
  }
  const asked: Bridge = {
    post: message => void setImmediate(() => extension.emit('message', structuredClone(message))),
    listen: listener => {
      page.on('message', listener)
      return () => void page.off('message', listener)
    },
  }
  const served = record(
    vscodeHost(webview).pipe(
      peer({ serves: Greeter }),
      mergeMap(client => serve(client, { greet: name => `hello, ${name}` })),
    ),
  )
  for (let load = 0; load < 2; load += 1) {
    const answer$ = dialBridge(asked).pipe(
      peer({ uses: Greeter }),
      mergeMap(({ remote }) => remote.greet(`load ${load}`)),
      take(1),
    )
    it.is(await oneOf(answer$), `hello, load ${load}`)
  }
  served.unsubscribe()
  await until(() => (extension.listenerCount('message') === 0 ? true : undefined), 'the extension to let go')
})
