import { useObservableState } from 'observable-hooks'
import { useMemo } from 'react'
import { BehaviorSubject } from 'rxjs'
import type { Ranking } from '../../contracts.js'
import { processes } from '../pipelines/processes.js'
import { count, decimal, size } from './format.js'
import { Panel } from './panel.js'

const columns: ReadonlyArray<readonly [Ranking['by'], string, 'ascending' | 'descending']> = [
  ['name', 'Name', 'ascending'],
  ['pid', 'PID', 'ascending'],
  ['cpu', 'CPU %', 'descending'],
  ['memory', 'Memory', 'descending'],
]

/** The machine's processes. Another order is another call; the one before is cancelled. */
export const ProcessesPanel = () => {
  const by$ = useMemo(() => new BehaviorSubject<Ranking['by']>('cpu'), [])
  const by = useObservableState(by$)
  const processes$ = useMemo(() => processes(by$), [by$])
  const shown = useObservableState(processes$)
  return (
    <Panel name="processes" title="Processes" note={shown && `${count(shown.total)}, ${count(shown.running)} running`}>
      <div className="scroll" tabIndex={0} role="group" aria-label="Table of processes">
        <table>
          <thead>
            <tr>
              {columns.map(([key, title, direction]) => (
                <th key={key} scope="col" className={key} aria-sort={by === key ? direction : undefined}>
                  <button type="button" className="plain" onClick={() => by$.next(key)}>
                    {title}
                  </button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown?.top.map(({ pid, name, cpu, memory }) => (
              <tr key={pid}>
                <td className="name">{name}</td>
                <td className="pid">{pid}</td>
                <td className="cpu" style={{ '--share': `${Math.min(100, cpu)}%` } as React.CSSProperties}>
                  <span className={cpu < 0.05 ? 'soft' : undefined}>{decimal(cpu)}</span>
                </td>
                <td className="memory">{memory === 0 ? <span className="soft">–</span> : size(memory)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  )
}
