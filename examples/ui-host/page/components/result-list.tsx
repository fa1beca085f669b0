import { useVirtualizer } from '@tanstack/react-virtual'
import { type KeyboardEvent, type RefObject, useEffect, useLayoutEffect, useState } from 'react'
import { atFirst, type Results } from '../pipelines/search.js'

/** Height of a row, in pixels. */
const rowHeight = 26

const marked = (text: string, words: string) => {
  const parts = words.split(/\s+/).map(word => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return text
    .split(new RegExp(`(${parts.join('|')})`, 'i'))
    .map((part, index) => (index % 2 === 1 ? <mark key={index}>{part}</mark> : part))
}

interface ResultListProps {
  readonly results: Results
  /** The path that results are below. */
  readonly tree: string
  readonly place: RefObject<HTMLDivElement | null>
}

/** The results, of which only those in sight are in the page. Scrolling down asks for more, the End key for all. */
export const ResultList = ({ results, tree, place }: ResultListProps) => {
  const [chosen, choose] = useState(0)
  const [toEnd, setToEnd] = useState(false)
  const [copied, setCopied] = useState<number>()
  const { length } = results
  const list = useVirtualizer({
    count: length,
    getScrollElement: () => place.current,
    estimateSize: () => rowHeight,
    overscan: 12,
  })
  const rows = list.getVirtualItems()
  const lastInSight = rows.at(-1)?.index ?? 0
  const page = Math.max(1, Math.floor((place.current?.clientHeight ?? rowHeight) / rowHeight) - 1)

  useEffect(() => results.want(toEnd ? Infinity : lastInSight + atFirst), [results, lastInSight, toEnd])
  useLayoutEffect(() => {
    if (!toEnd || length === 0) return
    choose(length - 1)
    list.scrollToIndex(length - 1)
  }, [list, toEnd, length])

  const moves: Readonly<Record<string, number>> = {
    ArrowDown: chosen + 1,
    ArrowUp: chosen - 1,
    PageDown: chosen + page,
    PageUp: chosen - page,
    Home: 0,
    End: length - 1,
  }
  const copy = async (index: number): Promise<void> => {
    const { directory = '', name = '' } = results.names.at(index) ?? {}
    await navigator.clipboard.writeText([tree, directory, name].filter(step => step !== '').join('/'))
    setCopied(index)
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Enter') void copy(chosen)
    const to = moves[event.key]
    if (to === undefined || length === 0) return
    event.preventDefault()
    setToEnd(event.key === 'End')
    const next = Math.min(length - 1, Math.max(0, to))
    choose(next)
    list.scrollToIndex(next)
  }

  return (
    <div
      className="results scroll"
      ref={place}
      role="listbox"
      aria-label="Results"
      tabIndex={0}
      aria-activedescendant={rows.some(({ index }) => index === chosen) ? `result-${chosen}` : undefined}
      onKeyDown={onKeyDown}
      onWheel={() => setToEnd(false)}
      onPointerDown={() => setToEnd(false)}
    >
      <div role="presentation" style={{ height: list.getTotalSize() }}>
        {rows.map(({ index, start }) => {
          const found = results.names.at(index)
          return (
            <div
              key={index}
              id={`result-${index}`}
              role="option"
              aria-selected={index === chosen}
              aria-posinset={index + 1}
              aria-setsize={results.state === 'Done' ? length : -1}
              className="result"
              style={{ transform: `translateY(${start}px)` }}
              onClick={() => choose(index)}
              onDoubleClick={() => void copy(index)}
            >
              <span className="name">{marked(found?.name ?? '', results.words)}</span>
              <span className="soft">{marked(found?.directory ?? '', results.words)}</span>
              {index === copied && <span className="copied">copied</span>}
            </div>
          )
        })}
      </div>
    </div>
  )
}
