import { useObservableState } from 'observable-hooks'
import { type KeyboardEvent, useEffect, useMemo, useRef } from 'react'
import { BehaviorSubject } from 'rxjs'
import { type Results, search } from '../pipelines/search.js'
import { count } from './format.js'
import { Panel } from './panel.js'
import { ResultList } from './result-list.js'

const told = ({ length, looked, state }: Results): string => {
  const found = `${count(length)} found`
  switch (state) {
    case 'Walking':
      return `${found}, looking: ${count(looked)} names so far`
    case 'Waiting':
      return `${found} so far; the host waits at ${count(looked)} names until you scroll`
    case 'Done':
      return `${found} among ${count(looked)} names`
    case 'Failed':
      return `${found}, then the connection was lost: type again`
  }
}

const keys = [
  ['/', 'to the search'],
  ['↓', 'to the results'],
  ['End', 'all of them'],
  ['Enter', 'copies a path'],
  ['Esc', 'clears the search'],
] as const

const Keys = () => (
  <dl className="keys scroll">
    {keys.map(([key, what]) => (
      <div key={key}>
        <dt>
          <kbd>{key}</kbd>
        </dt>
        <dd>{what}</dd>
      </div>
    ))}
  </dl>
)

interface SearchPanelProps {
  readonly tree: string | undefined
}

/** Search as you type through the host's tree. */
export const SearchPanel = ({ tree }: SearchPanelProps) => {
  const typed$ = useMemo(() => new BehaviorSubject(''), [])
  const typed = useObservableState(typed$)
  const results$ = useMemo(() => search(typed$), [typed$])
  const results = useObservableState(results$)
  const field = useRef<HTMLInputElement>(null)
  const list = useRef<HTMLDivElement>(null)

  useEffect(() => {
    const focus = (event: globalThis.KeyboardEvent): void => {
      if (event.key !== '/' || event.ctrlKey || event.metaKey || event.target instanceof HTMLInputElement) return
      event.preventDefault()
      field.current?.focus()
    }
    document.addEventListener('keydown', focus)
    return () => document.removeEventListener('keydown', focus)
  }, [])

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowDown') {
      event.preventDefault()
      list.current?.focus()
    } else if (event.key === 'Escape') typed$.next('')
  }

  return (
    <Panel name="search" title="Search" note={tree && <span title={tree}>{tree}</span>}>
      <div className="field">
        <svg viewBox="0 0 16 16" aria-hidden="true">
          <circle cx="7" cy="7" r="4.5" />
          <path d="M10.5 10.5 14 14" />
        </svg>
        <input
          ref={field}
          type="search"
          aria-label="Search the tree"
          placeholder="Parts of a path"
          autoComplete="off"
          spellCheck={false}
          value={typed}
          onChange={event => typed$.next(event.target.value)}
          onKeyDown={onKeyDown}
        />
        <kbd aria-hidden="true">/</kbd>
      </div>
      <p className="told" role="status" aria-live={results?.state === 'Walking' ? 'off' : 'polite'}>
        <span>
          {results === undefined ? 'Each letter begins a search, and cancels the one before.' : told(results)}
        </span>
        {results?.state === 'Waiting' && (
          <button type="button" className="plain" onClick={() => results.want(Infinity)}>
            Take all
          </button>
        )}
      </p>
      {results === undefined ? (
        <Keys />
      ) : (
        <ResultList key={results.words} results={results} tree={tree ?? ''} place={list} />
      )}
    </Panel>
  )
}
