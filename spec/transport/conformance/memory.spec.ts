import test from 'ava'
import { runCases } from './run-cases.js'
import { memory } from './subjects.js'

runCases(test, memory)
