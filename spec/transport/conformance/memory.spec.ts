import test from 'ava'
import { memoryPipes } from 'sluice'
import { serveConformance } from 'sluice/testing'
import { runCases } from './run-cases.js'

const { dial, pipes$ } = memoryPipes()
pipes$.pipe(serveConformance()).subscribe()

runCases(test, { name: 'memory', dial, can: new Set(['many clients', 'reconnect']) })
