import type { Socket } from 'node:net'

/** What a frame is: its length and its kind are in front, in five bytes. */
export const kinds = { ask: 0, answer: 1, part: 2, last: 3, messages: 4, end: 5 } as const

/** Writes a frame; `false` asks for patience. */
export const write = (socket: Socket, kind: number, body: Uint8Array): boolean => {
  const head = Buffer.allocUnsafe(5)
  head.writeUInt32LE(body.length)
  head[4] = kind
  socket.cork()
  socket.write(head)
  const more = socket.write(body)
  process.nextTick(() => socket.uncork())
  return more
}

/** Cuts what a socket reads into frames. */
export const read = (socket: Socket, take: (kind: number, body: Buffer) => void): void => {
  let waiting: Buffer[] = []
  let size = 0
  socket.on('data', data => {
    waiting.push(data)
    size += data.length
    const first = waiting[0]!
    if (first.length >= 5 && size < 5 + first.readUInt32LE()) return
    const all = waiting.length === 1 ? first : Buffer.concat(waiting)
    let at = 0
    while (all.length - at >= 5 && all.length - at >= 5 + all.readUInt32LE(at)) {
      const end = at + 5 + all.readUInt32LE(at)
      take(all[at + 4]!, all.subarray(at + 5, end))
      at = end
    }
    waiting = at === all.length ? [] : [all.subarray(at)]
    size = all.length - at
  })
}
