import { useObservableState } from 'observable-hooks'
import { useLayoutEffect, useRef } from 'react'
import { type Lines, lines$ } from '../pipelines/log.js'
import { clock } from './format.js'
import { Panel } from './panel.js'

const none: Lines = { dropped: 0, kept: [] }

/** A time at the start of a line, as most programs write it. */
const timed = /^(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?Z?)\s+(.*)$/

const Line = ({ text }: { readonly text: string }) => {
  const [, time, rest] = timed.exec(text) ?? []
  const at = time === undefined ? NaN : Date.parse(time)
  if (Number.isNaN(at)) return <li>{text}</li>
  return (
    <li>
      <time dateTime={time}>{clock(at)}</time> {rest}
    </li>
  )
}

interface LogPanelProps {
  readonly file: string | undefined
}

/** The end of the log. It stays at the end as long as the reader does. */
export const LogPanel = ({ file }: LogPanelProps) => {
  const { dropped, kept } = useObservableState(lines$, none)
  const place = useRef<HTMLDivElement>(null)
  const atEnd = useRef(true)
  useLayoutEffect(() => {
    if (atEnd.current) place.current?.scrollTo({ top: place.current.scrollHeight })
  }, [kept])
  const look = (): void => {
    const { scrollTop, clientHeight, scrollHeight } = place.current!
    atEnd.current = scrollTop + clientHeight > scrollHeight - 8
  }
  return (
    <Panel name="log" title="Log" note={file && <span title={file}>{file.split(/[\\/]/).at(-1)}</span>}>
      <div className="scroll" ref={place} onScroll={look} tabIndex={0} role="log" aria-label="Lines of the log">
        <ol>
          {kept.map((line, index) => (
            <Line key={dropped + index} text={line} />
          ))}
        </ol>
      </div>
    </Panel>
  )
}
