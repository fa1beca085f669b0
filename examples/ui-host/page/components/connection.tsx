import { useObservableState } from 'observable-hooks'
import type { SchemaReport, Status } from 'sluice'
import { nextTry$, roundTrip$, schema$, status$ } from '../pipelines/connection.js'
import { clock, decimal, duration } from './format.js'

const inWords = ({ _tag }: Status): string => {
  switch (_tag) {
    case 'Connecting':
      return 'Connecting'
    case 'Connected':
      return 'Connected'
    case 'Reconnecting':
      return 'The host is gone'
    case 'Disconnected':
      return 'No host by this link: open the one that it printed'
  }
}

const tries = (nextTryMs: number | undefined): string => {
  if (nextTryMs === undefined) return ''
  return nextTryMs < 1_000 ? ', trying now' : `, next try in ${duration(nextTryMs)}`
}

/** How the connection is; a screen reader is told when that changes. */
export const Connection = () => {
  const status = useObservableState(status$)
  const nextTryMs = useObservableState(nextTry$)
  const roundTripMs = useObservableState(roundTrip$)
  if (status === undefined) return null
  return (
    <div className="connection" data-status={status._tag}>
      <span role="status">
        <span className="dot" aria-hidden="true" />
        {inWords(status)}
      </span>
      {status._tag === 'Reconnecting' && (
        <span className="soft">
          since {clock(status.since)}
          {tries(nextTryMs)}
        </span>
      )}
      {status._tag === 'Connected' && roundTripMs !== undefined && (
        <span className="soft round-trip" title="There and back over the WebSocket">
          {decimal(roundTripMs)} ms
        </span>
      )}
    </div>
  )
}

type Method = SchemaReport['methods'][number]

const differences = ({ verdict, theirVerdict }: Method) =>
  [verdict, theirVerdict].flatMap(each => (each?._tag === 'Mismatched' ? each.differences : []))

const verdictOf = (method: Method): string => (differences(method).length > 0 ? 'Mismatched' : method.verdict._tag)

const summary = ({ methods, compatible }: SchemaReport): string => {
  if (!compatible) return 'Schemas differ'
  return methods.every(method => verdictOf(method) === 'Identical') ? 'Schemas identical' : 'Schemas compatible'
}

/** What the handshake made of the two ends' contracts, method by method. */
export const Schema = () => {
  const report = useObservableState(schema$)
  if (report === undefined) return null
  return (
    <>
      <button type="button" className="plain schema" popoverTarget="schema" data-fine={report.compatible}>
        {summary(report)}
      </button>
      <div id="schema" popover="auto" aria-label="Verdict of the handshake, method by method">
        <table>
          <thead>
            <tr>
              <th scope="col">Method</th>
              <th scope="col">Verdict</th>
            </tr>
          </thead>
          <tbody>
            {report.methods.map(method => (
              <tr key={`${method.contract}.${method.method}`}>
                <td>
                  <span className="soft">{method.contract}.</span>
                  {method.method}
                  {differences(method).map(({ path, why }) => (
                    <div key={path} className="soft">
                      {path}: {why}
                    </div>
                  ))}
                </td>
                <td>{verdictOf(method)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  )
}
