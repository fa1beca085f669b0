import test from 'ava'
import { listening } from './processes.js'
import { runCases } from './run-cases.js'

runCases(test, listening('unix socket', 'path'))
