import test from 'ava'
import { runCases } from './run-cases.js'
import { stdio } from './subjects.js'

runCases(test, stdio)
