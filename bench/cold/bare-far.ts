import { connect } from 'node:net'
import { answerTo, type Ask } from '../harness/workload.js'

/** The child of the loop by hand: connects, and answers. */
const [, , path = '', before] = process.argv
if (before) await import(before)

const socket = connect(path)
socket.on('data', data => socket.write(JSON.stringify(answerTo(JSON.parse(data.toString()) as Ask))))
