import { map, Observable } from 'rxjs'
import { PipeError } from '../../pipe/pipe-error.js'
import type { Transport } from '../../pipe/pipe.js'
import { emitHeld, type HeldPipe, holdPipe } from '../hold-pipe.js'
import { type MessagePortOptions, portCarrier, type PortLike } from '../message-port.js'
import { waitingRoom } from '../waiting-room.js'
import { defaultConnectWithin } from './greeted.js'
import { whenPageLeaves } from './page-leaves.js'

/**
 * Two functions that carry messages: what may be handed through Electron's `contextBridge`, which strips methods and classes.
 *
 * Messages are plain objects of texts and `Uint8Array`s; they arrive in order, and whoever listens gets those of others too.
 */
export interface Bridge {
  /** Says a message to the far end. */
  readonly post: (message: unknown) => void
  /** Gets what the far end says, until what it returns is called. */
  readonly listen: (listener: (message: unknown) => void) => () => void
}

/** Which bridge it is, and limits. */
export interface BridgeOptions extends Pick<MessagePortOptions, 'closeWithin'> {
  /** How long the far end may take to answer, in milliseconds. 10,000 unless told. */
  readonly connectWithin?: number
}

/** A message on a bridge: for one pipe by its name, or to whoever dials: `listening`. */
interface BridgeMessage {
  readonly sluiceBridge: string
  readonly message: unknown
}

const inBridge = (value: unknown): BridgeMessage | undefined =>
  typeof value === 'object' && value !== null && 'sluiceBridge' in value ? (value as BridgeMessage) : undefined

/** One pipe of a bridge in the shape of a port. Bytes are never transferred. */
const portOn = ({ post, listen }: Bridge, name: string): PortLike => {
  const unlisten = new Map<unknown, () => void>()
  return {
    postMessage: message => post({ sluiceBridge: name, message } satisfies BridgeMessage),
    on: (type, listener) => {
      if (type !== 'message') return
      unlisten.set(
        listener,
        listen(value => {
          const said = inBridge(value)
          if (said?.sluiceBridge === name) listener(said.message)
        }),
      )
    },
    off: (_type, listener) => {
      unlisten.get(listener)?.()
      unlisten.delete(listener)
    },
  }
}

/** Tells the far end when this page is left: a bridge outlives the page. */
const untilPageLeaves = (held: HeldPipe): void => {
  const stop = whenPageLeaves(() =>
    held.pipe.outgoing.error(new PipeError('reset', 'the page was left: dial again once it is shown')),
  )
  held.over$.subscribe({ error: stop, complete: stop })
}

/**
 * A pipe over two functions, `'dialled'`: from an Electron renderer to its main process, from a webview to its extension. The
 * far end listens by {@link bridgedPipes}, before or after.
 *
 * Nothing tells that the far end is gone but what it says itself, and heartbeats.
 *
 * @returns fails with `PipeError`, `why: 'refused'`, when nobody answers in time
 *
 * @example
 * ```ts
 * // preload.ts
 * contextBridge.exposeInMainWorld('kitchen', ipcBridge(ipcRenderer))
 * // renderer.ts
 * dialBridge(window.kitchen).pipe(peer({ uses: Kitchen })).subscribe(kitchen => kitchen.remote.howAreYou().subscribe(console.log))
 * ```
 */
export const dialBridge = (bridge: Bridge, options: BridgeOptions = {}): Transport =>
  new Observable(subscriber => {
    const { connectWithin = defaultConnectWithin, closeWithin } = options
    const name = crypto.randomUUID()
    const limit = setTimeout(() => {
      const hint = 'subscribe to bridgedPipes() there, on the same channel'
      subscriber.error(new PipeError('refused', `nobody answered on the bridge within ${connectWithin} ms: ${hint}`))
    }, connectWithin)
    const dial = (): void => bridge.post({ sluiceBridge: 'dial', message: name } satisfies BridgeMessage)
    const unlisten = bridge.listen(value => {
      const said = inBridge(value)
      if (said?.sluiceBridge === 'listening') dial()
      else if (said?.sluiceBridge === name && said.message === 'accepted') {
        letGo()
        const held = holdPipe(portCarrier(portOn(bridge, name)), { end: 'dialled', closeWithin })
        untilPageLeaves(held)
        emitHeld(held, subscriber)
      }
    })
    const letGo = (): void => {
      clearTimeout(limit)
      unlisten()
    }
    subscriber.add(letGo)
    dial()
  })

/**
 * The other end of {@link dialBridge}: a listener that emits a pipe, `'accepted'`, for each that is dialled, and never completes.
 *
 * @example
 * ```ts
 * bridgedPipes(bridge).pipe(peer({ serves: Kitchen }), mergeMap(page => serve(page, handlers))).subscribe()
 * ```
 */
export const bridgedPipes = (bridge: Bridge, { closeWithin }: Pick<BridgeOptions, 'closeWithin'> = {}): Transport =>
  new Observable(subscriber => {
    const room = waitingRoom()
    const known = new Set<unknown>()
    subscriber.add(room.held$.pipe(map(({ pipe }) => pipe)).subscribe(subscriber))
    subscriber.add(
      bridge.listen(value => {
        const said = inBridge(value)
        if (said?.sluiceBridge !== 'dial' || typeof said.message !== 'string' || known.has(said.message)) return
        const name = said.message
        known.add(name)
        const held = holdPipe(portCarrier(portOn(bridge, name)), { end: 'accepted', closeWithin })
        const forget = (): void => void known.delete(name)
        held.over$.subscribe({ error: forget, complete: forget })
        bridge.post({ sluiceBridge: name, message: 'accepted' } satisfies BridgeMessage)
        room.admit(held)
      }),
    )
    subscriber.add(() => room.hangUp())
    bridge.post({ sluiceBridge: 'listening', message: '' } satisfies BridgeMessage)
  })
