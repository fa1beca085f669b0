import { useObservableState } from 'observable-hooks'
import { useState } from 'react'
import type { About } from '../../contracts.js'
import { load$, type Moment } from '../pipelines/load.js'
import { Chart } from './chart.js'
import { clock, percent, size } from './format.js'
import { Panel } from './panel.js'

interface LoadPanelProps {
  readonly about: About | undefined
}

const inWords = (moment: Moment): string =>
  moment.cpu === null
    ? `${clock(moment.at)}, unknown`
    : `${clock(moment.at)}, CPU ${percent(moment.cpu)}, memory ${size(moment.memoryUsed)}`

/** How busy the machine is: now, core by core, and over the last minutes. */
export const LoadPanel = ({ about }: LoadPanelProps) => {
  const load = useObservableState(load$)?.now
  const memory = about?.memory ?? 0
  const [pointed, setPointed] = useState<Moment>()
  return (
    <Panel name="load" title="Load" note={pointed === undefined ? about?.processor : inWords(pointed)}>
      <div className="load-body">
        <dl className="figures">
          <div>
            <dt>
              <span className="swatch cpu" aria-hidden="true" />
              CPU
            </dt>
            <dd className="figure" data-testid="cpu">
              {load === undefined ? '–' : percent(load.cpu)}
            </dd>
            <dd>
              <span className="cores" role="img" aria-label={`Each of ${load?.cores.length ?? 0} cores`}>
                {load?.cores.map((core, index) => (
                  <i key={index} style={{ '--share': `${core}%` } as React.CSSProperties} />
                ))}
              </span>
            </dd>
          </div>
          <div>
            <dt>
              <span className="swatch memory" aria-hidden="true" />
              Memory
            </dt>
            <dd className="figure" data-testid="memory">
              {load === undefined ? '–' : size(load.memoryUsed)}
            </dd>
            <dd className="soft">{memory === 0 ? '' : `of ${size(memory)}`}</dd>
          </div>
        </dl>
        {memory > 0 && <Chart memory={memory} onPoint={setPointed} />}
      </div>
    </Panel>
  )
}
