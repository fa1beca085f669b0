import test from 'ava'
import { ownThreads, portsIntoThread, spawnedThreads } from './processes.js'
import { runCases } from './run-cases.js'

runCases(test, portsIntoThread, 3)
runCases(test, spawnedThreads, 2)
runCases(test, ownThreads, 2)
