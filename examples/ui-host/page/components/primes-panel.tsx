import { useObservableState } from 'observable-hooks'
import { useState } from 'react'
import type { Counting } from '../../contracts.js'
import { count as order, progress$, stop } from '../pipelines/primes.js'
import { count, decimal } from './format.js'
import { Panel } from './panel.js'

const limits = [1e8, 1e9, 1e10]

const told = ({ _tag, below, reached, primes, seconds }: Counting): string => {
  const found = `${count(primes)} primes below ${count(reached)}`
  if (_tag === 'Idle') return 'Nothing is being counted.'
  return _tag === 'Done' ? `${found}, in ${decimal(seconds)} s` : `${found} of ${count(below)}, ${decimal(seconds)} s`
}

const sharedBy = ({ tabs, runs }: Counting): string =>
  `${count(tabs)} ${tabs === 1 ? 'tab looks' : 'tabs look'} on, ${count(runs)} ${runs === 1 ? 'computation' : 'computations'} so far`

/** A long computation, in a worker that all tabs share: begin it in one, see it in each. */
export const PrimesPanel = () => {
  const [below, setBelow] = useState(1e9)
  const counting = useObservableState(progress$)
  const busy = counting?._tag === 'Counting'
  return (
    <Panel name="primes" title="Shared worker" note={counting && sharedBy(counting)}>
      <div className="primes-body">
        <label>
          <span>Primes below</span>
          <select value={below} onChange={event => setBelow(Number(event.target.value))}>
            {limits.map(limit => (
              <option key={limit} value={limit}>
                {count(limit)}
              </option>
            ))}
          </select>
        </label>
        <button type="button" onClick={() => (busy ? stop() : order(below)).subscribe()}>
          {busy ? 'Stop' : 'Count'}
        </button>
        <progress aria-label="Primes counted" max={Math.max(1, counting?.below ?? 1)} value={counting?.reached ?? 0} />
        <p className="told" data-testid="primes">
          {counting === undefined ? 'Waiting for the worker.' : told(counting)}
        </p>
      </div>
    </Panel>
  )
}
