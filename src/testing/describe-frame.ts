import { hex } from '../session/proof.js'
import type { Allowance, Frame, Offer, Verdicts } from '../wire/frame.js'
import { showValue } from './recording/print-value.js'
import type { Reading } from './talk.js'

const bytesText = (bytes: Uint8Array): string => {
  if (bytes.length === 0) return 'no bytes'
  const shown = hex(bytes.subarray(0, 16)).replace(/..(?!$)/g, '$& ')
  return `bytes ${shown}${bytes.length > 16 ? ` ... (${bytes.length})` : ''}`
}

const payloadText = (payload: Uint8Array, reading: Reading | undefined): string => {
  const found = reading?.value()
  return found === undefined ? bytesText(payload) : showValue(found.value)
}

const creditText = ({ items, bytes }: Allowance): string => `${items} items, ${bytes} bytes`

const offersText = (offers: readonly Offer[]): string => offers.map(({ contract }) => contract).join(', ')

const verdictsText = ({ methods }: Verdicts): string => {
  const odd = methods.filter(({ kind }) => kind !== 'Identical')
  if (methods.length === 0) return 'on nothing'
  if (odd.length === 0) return 'all identical'
  return odd
    .map(({ method, kind, differences }) => {
      const why = differences.map(({ path, why: text }) => (path === '' ? text : `${path}: ${text}`))
      return `${method} ${kind}${why.length === 0 ? '' : ` (${why.join('; ')})`}`
    })
    .join(', ')
}

/** What a frame says, in one line for people: values instead of bytes where the codec is known. */
export const describeFrame = (frame: Frame, reading?: Reading): string => {
  switch (frame._tag) {
    case 'Hello': {
      const parts = [
        ...(frame.serves.length > 0 ? [`serves ${offersText(frame.serves)}`] : []),
        ...(frame.uses.length > 0 ? [`uses ${offersText(frame.uses)}`] : []),
        ...(frame.resume === undefined ? [] : [`goes on from frame ${frame.resume.position}`]),
      ]
      return `Hello${parts.length === 0 ? '' : `: ${parts.join(', ')}`}`
    }
    case 'Proof':
      return frame.resume === undefined ? 'Proof' : `Proof, and goes on from frame ${frame.resume.position}`
    case 'Descriptors':
      return `Descriptors of ${frame.contracts.map(({ contract }) => contract).join(', ')}`
    case 'Verdicts':
      return `Verdicts: ${verdictsText(frame)}`
    case 'Ping':
    case 'Pong':
      return `${frame._tag} ${frame.token}`
    case 'Ack':
      return `Ack of ${frame.position} frames`
    case 'Goodbye':
      return `Goodbye: ${frame.reason}${frame.message === '' ? '' : `, ${frame.message}`}`
    case 'Open': {
      const input = frame.more === true ? '...' : payloadText(frame.payload, reading)
      const parts = [
        ...(frame.timeoutMs === undefined ? [] : [`within ${frame.timeoutMs} ms`]),
        ...(frame.credit === undefined ? [] : [creditText(frame.credit)]),
        ...(frame.metadata === undefined ? [] : [showValue(frame.metadata)]),
      ]
      const rest = parts.length === 0 ? '' : `, ${parts.join(', ')}`
      return `Open ${frame.id}: ${reading?.method ?? `method ${frame.method}`}(${input})${rest}`
    }
    case 'Next':
    case 'Reply':
      return `${frame._tag} ${frame.id}: ${payloadText(frame.payload, reading)}`
    case 'Fragment':
      return `Fragment ${frame.id}: ${frame.payload.length} bytes`
    case 'Fail': {
      const said =
        frame.failure === undefined
          ? [frame.name, frame.message].filter(Boolean).join(': ')
          : payloadText(frame.failure, reading)
      return `Fail ${frame.id}: ${frame.code}${said === '' ? '' : `, ${said}`}`
    }
    case 'Credit':
      return `Credit ${frame.id}: ${creditText(frame)}`
    case 'Complete':
    case 'Cancel':
      return `${frame._tag} ${frame.id}`
    default:
      return frame satisfies never
  }
}
