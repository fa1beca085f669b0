import test from 'ava'
import { runCases } from './run-cases.js'
import { unixSocket } from './subjects.js'

runCases(test, unixSocket)
