import { dom } from './dom.js'

// says whatever a frame that listens may say, to any page, and hands over a port; what it hears, for the spec to look at
const heard: unknown[] = []
dom.addEventListener('message', ({ data }) => heard.push(data))
Object.assign(globalThis, { heard })

setInterval(() => {
  for (const sluice of ['listening', 'here', 'port', 'ready']) {
    const { port1 } = new MessageChannel()
    dom.parent.postMessage({ sluice, from: dom.location.origin }, '*', [port1])
  }
}, 20)
