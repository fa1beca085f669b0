import test from 'ava'
import { runCases } from './run-cases.js'
import { webSocket } from './subjects.js'

runCases(test, webSocket)
