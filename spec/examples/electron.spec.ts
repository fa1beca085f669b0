import { EventEmitter } from 'node:events'
import test from 'ava'
import { firstValueFrom, take, toArray } from 'rxjs'
import type { Bridge } from 'sluice/browser'
import { serveWindow } from '../../examples/electron/main.js'
import { expose } from '../../examples/electron/preload.js'
import { ticks } from '../../examples/electron/renderer.js'

test('a page gets ticks of the main process, through what contextBridge lets pass', async t => {
  const ipcMain = new EventEmitter()
  const ipcRenderer = Object.assign(new EventEmitter(), {
    send: (channel: string, message: unknown) =>
      setImmediate(() => ipcMain.emit(channel, { sender: contents }, structuredClone(message))),
  })
  const contents = {
    send: (channel: string, message: unknown) =>
      void setImmediate(() => ipcRenderer.emit(channel, {}, structuredClone(message))),
    isDestroyed: () => false,
  }
  const world: Record<string, unknown> = {}
  expose({ exposeInMainWorld: (name, api) => (world[name] = { ...(api as object) }) }, ipcRenderer)
  const serving = serveWindow(ipcMain, contents).subscribe()
  const three$ = ticks(world.desk as Bridge, 5).pipe(take(3), toArray())
  t.deepEqual(await firstValueFrom(three$), [0, 1, 2])
  serving.unsubscribe()
})
