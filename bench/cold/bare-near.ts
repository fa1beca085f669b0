import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { answerTo, askFor } from '../harness/workload.js'

/** The loop by hand: listens, starts a child that connects, asks it once. The argument is a module to import before. */
if (process.argv[2]) await import(process.argv[2])

const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-'))
const path = join(folder, 's')
const spawned = performance.now()
const server = createServer(socket => {
  server.close()
  socket.write(JSON.stringify(askFor(1)))
  socket.once('data', data => {
    const now = performance.now()
    if (String(data) !== JSON.stringify(answerTo(askFor(1)))) throw new Error(`a wrong answer: ${data.toString()}`)
    process.send?.({ fromStart: now, fromSpawn: now - spawned })
    socket.destroy()
    rmSync(folder, { recursive: true, force: true })
    process.disconnect()
  })
})
server.listen(path, () => {
  const far = fileURLToPath(new URL('./bare-far.js', import.meta.url))
  spawn(process.execPath, [far, path, process.argv[2] ?? ''], { stdio: ['ignore', 'inherit', 'inherit'] })
})
