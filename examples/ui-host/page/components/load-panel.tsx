import { useObservableState } from 'observable-hooks'
import type { About } from '../../contracts.js'
import { load$ } from '../pipelines/load.js'
import { Chart } from './chart.js'
import { percent, size } from './format.js'
import { Panel } from './panel.js'

interface LoadPanelProps {
  readonly about: About | undefined
}

/** How busy the machine is: now, core by core, and over the last minutes. */
export const LoadPanel = ({ about }: LoadPanelProps) => {
  const load = useObservableState(load$)?.now
  const memory = about?.memory ?? 0
  return (
    <Panel name="load" title="Load" note={about?.processor}>
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
        {memory > 0 && <Chart memory={memory} />}
      </div>
    </Panel>
  )
}
