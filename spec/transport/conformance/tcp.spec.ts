import test from 'ava'
import { runCases } from './run-cases.js'
import { tcp } from './subjects.js'

runCases(test, tcp)
