import test from 'ava'
import { runCases } from './run-cases.js'
import { ownThreads, portsIntoThread, spawnedThreads } from './subjects.js'

runCases(test, portsIntoThread, 3)
runCases(test, spawnedThreads, 2)
runCases(test, ownThreads, 2)
