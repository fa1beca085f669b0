import test from 'ava'
import { runCases } from './run-cases.js'
import { fork } from './subjects.js'

runCases(test, fork)
