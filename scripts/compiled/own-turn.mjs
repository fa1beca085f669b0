/**
 * Ava's `test` as the specs get it. Where they share a process each test has its turn: one that has real time to keep would miss it
 * while another one computes.
 */
import test from 'ava'

const inTurn = Object.assign((...args) => test.serial(...args), test)

export default test.meta.file.includes('/.compiled/groups/') ? inTurn : test
