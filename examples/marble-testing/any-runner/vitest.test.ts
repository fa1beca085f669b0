/** `npx vitest run --config examples/marble-testing/any-runner/vitest.config.ts` */
import { createMarbles } from 'sluice/testing'
import { expect, test } from 'vitest'
import { greeting } from './greeting.js'

const marbles = createMarbles({ assertDeepEqual: (actual, expected) => expect(actual).toEqual(expected) })

// a greeting of one's own choice is a red run
test('a request and its answer', () => marbles(greeting(process.env.GREETING)))
