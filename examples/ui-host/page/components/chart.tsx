import { useObservableState } from 'observable-hooks'
import { useEffect, useRef } from 'react'
import { fromEvent, merge } from 'rxjs'
import uPlot from 'uplot'
import { load$, type Moment, span } from '../pipelines/load.js'
import { clock, percent } from './format.js'

const theme$ = merge(fromEvent(window, 'themechange'), fromEvent(matchMedia('(prefers-color-scheme: dark)'), 'change'))

/** What a CSS variable comes to in this theme; a canvas knows none. */
const colour = (element: Element, name: string): string => {
  const probe = document.createElement('i')
  probe.style.color = `var(${name})`
  element.append(probe)
  const { color } = getComputedStyle(probe)
  probe.remove()
  return color
}

const faded = (rgb: string, alpha: number): string => rgb.replace(/^rgb\((.*)\)$/, `rgba($1, ${alpha})`)

const columns = (moments: readonly Moment[], memory: number): uPlot.AlignedData => [
  moments.map(({ at }) => at / 1_000),
  moments.map(({ cpu }) => cpu),
  moments.map(({ memoryUsed }) => (memoryUsed === null ? null : (100 * memoryUsed) / memory)),
]

const optionsFor = (element: HTMLElement, pointed: (index: number | undefined) => void): uPlot.Options => {
  const [cpu, memory, soft, line] = ['--cpu', '--memory', '--soft', '--line'].map(name => colour(element, name)) as [
    string,
    string,
    string,
    string,
  ]
  const font = `11px ${getComputedStyle(element).fontFamily}`
  const grid = { stroke: line, width: 1 }
  return {
    width: element.clientWidth,
    height: element.clientHeight,
    padding: [8, 0, 0, 0],
    legend: { show: false },
    hooks: { setCursor: [({ cursor }) => pointed(cursor.idx ?? undefined)] },
    cursor: { y: false, points: { size: 6 }, drag: { x: false, y: false } },
    scales: { y: { range: [0, 100] }, x: { range: (_, __, max) => [max - span / 1_000, max] } },
    series: [
      {},
      { stroke: cpu, width: 1.5, fill: faded(cpu, 0.12), points: { show: false } },
      { stroke: memory, width: 1.5, points: { show: false } },
    ],
    axes: [
      {
        stroke: soft,
        font,
        grid: { show: false },
        ticks: { show: false },
        size: 24,
        space: 90,
        // the last label would stand out of the chart
        values: (plot, at) =>
          at.map(each => (plot.valToPos(each, 'x') < plot.over.clientWidth - 28 ? clock(each * 1_000) : '')),
      },
      { stroke: soft, font, grid, ticks: { show: false }, size: 38, splits: [0, 25, 50, 75, 100] },
    ],
  }
}

const inWords = (moments: readonly Moment[], memory: number): string => {
  const last = moments.at(-1)
  if (last === undefined || last.cpu === null) return 'CPU and memory over the last three minutes'
  const cpus = moments.flatMap(({ cpu }) => (cpu === null ? [] : [cpu]))
  const range = `between ${percent(Math.min(...cpus))} and ${percent(Math.max(...cpus))}`
  return `CPU and memory over the last three minutes: CPU ${range}, now ${percent(last.cpu)}; memory now ${percent((100 * last.memoryUsed) / memory)}`
}

interface ChartProps {
  /** All of the machine's memory, in bytes. */
  readonly memory: number
  /** Told of the moment under the pointer. */
  readonly onPoint: (moment: Moment | undefined) => void
}

/** CPU and memory over the last three minutes, in percent. */
export const Chart = ({ memory, onPoint }: ChartProps) => {
  const place = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot>(undefined)
  const theme = useObservableState(theme$)
  const { moments } = useObservableState(load$, { now: undefined, moments: [] })
  const latest = useRef(moments)
  latest.current = moments

  useEffect(() => {
    const element = place.current!
    const pointed = (index: number | undefined): void =>
      onPoint(index === undefined ? undefined : latest.current[index])
    const made = new uPlot(optionsFor(element, pointed), columns(latest.current, memory), element)
    plot.current = made
    const resized = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: element.clientHeight }))
    resized.observe(element)
    return () => {
      resized.disconnect()
      made.destroy()
    }
  }, [theme, memory, onPoint])
  useEffect(() => plot.current?.setData(columns(moments, memory)), [moments, memory])

  return <div className="chart" ref={place} role="img" aria-label={inWords(moments, memory)} />
}
