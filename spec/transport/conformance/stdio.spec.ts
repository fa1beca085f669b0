import test from 'ava'
import { spawned } from './processes.js'
import { runCases } from './run-cases.js'

runCases(test, spawned('stdio', { via: 'stdio' }))
