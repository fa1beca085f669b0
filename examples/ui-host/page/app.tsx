import { useObservableState } from 'observable-hooks'
import { Connection, Schema } from './components/connection.js'
import { count, duration } from './components/format.js'
import { LoadPanel } from './components/load-panel.js'
import { LogPanel } from './components/log-panel.js'
import { PrimesPanel } from './components/primes-panel.js'
import { ProcessesPanel } from './components/processes-panel.js'
import { SearchPanel } from './components/search-panel.js'
import { ThemeChoice } from './components/theme.js'
import { about$, status$ } from './pipelines/connection.js'
import { load$ } from './pipelines/load.js'

/** The page: what a machine does, live. */
export const App = () => {
  const about = useObservableState(about$)
  const status = useObservableState(status$)
  const load = useObservableState(load$)?.now
  const gone = status?._tag !== 'Connected'
  const busy = gone ? 'host gone' : load === undefined ? 'connected' : `${count(load.cpu)} %`
  return (
    <div className="page" data-gone={gone && about !== undefined}>
      <title>{about === undefined ? 'Host' : `${busy} · ${about.name}`}</title>
      <header className="top">
        <h1>{about?.name ?? 'Host'}</h1>
        {about && (
          <span className="soft system">
            {about.system}, up {duration(Date.now() - about.bootedAt)}
          </span>
        )}
        <Connection />
        <Schema />
        <ThemeChoice />
      </header>
      <main>
        <LoadPanel about={about} />
        <SearchPanel tree={about?.tree} />
        <ProcessesPanel />
        <LogPanel file={about?.log} />
        <PrimesPanel />
      </main>
    </div>
  )
}
