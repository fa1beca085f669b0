import test from 'ava'
import { runCases } from './run-cases.js'
import { endMemory, memory } from './subjects.js'

runCases(test, memory)

test.after.always('the far end ends', endMemory)
