/**
 * Listens on a unix socket, as a peer that serves and uses the contract of the conformance list.
 *
 *     node main.mjs 'unix:///tmp/somewhere/peer.sock?secret=...' [fault ...]
 *
 * Says `listening` once it does. Each fault breaks one rule on purpose, to show that somebody notices.
 */
import { createServer } from 'node:net'
import { Session } from './session.mjs'

const [key = '', ...faults] = process.argv.slice(2)
const [, place, secret] = /^(.*)[?&]secret=([\w-]+)$/.exec(key) ?? []
if (place === undefined || !place.startsWith('unix:///')) {
  console.error('needs a connection key: unix:///path?secret=..., with a secret in base64url')
  process.exit(2)
}

const sessions = new Set()
const server = createServer(socket => {
  const session = new Session(socket, Buffer.from(secret, 'base64url'), new Set(faults))
  sessions.add(session)
  socket.on('close', () => sessions.delete(session))
})
server.listen(decodeURIComponent(new URL(place).pathname), () => console.log('listening'))

process.on('SIGTERM', () => {
  server.close()
  for (const session of sessions) session.close()
})
