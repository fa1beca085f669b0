/** `node --import tsx --test examples/marble-testing/any-runner/node-test.ts` */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMarbles } from 'sluice/testing'
import { greeting } from './greeting.js'

const marbles = createMarbles({ assertDeepEqual: assert.deepStrictEqual })

// a greeting of one's own choice is a red run
void test('a request and its answer', () => marbles(greeting(process.env.GREETING)))
