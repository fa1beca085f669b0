import type { Figure } from './figure.js'

/** Figures as a table to read: a line for each scenario and metric, a column for each subject. */
export const tableOf = (figures: readonly Figure[]): string => {
  const subjects = [...new Set(figures.map(({ subject }) => subject))]
  const rows = new Map<string, Figure[]>()
  for (const figure of figures) {
    const key = `${figure.scenario}: ${figure.metric}, ${figure.unit}`
    rows.set(key, [...(rows.get(key) ?? []), figure])
  }
  const cells = [
    ['', ...subjects],
    ...[...rows].map(([key, row]) => [key, ...subjects.map(name => cell(row.find(({ subject }) => subject === name)))]),
  ]
  const widths = cells[0]?.map((_, column) => Math.max(...cells.map(line => line[column]?.length ?? 0))) ?? []
  const padded = (text: string, column: number) =>
    column === 0 ? text.padEnd(widths[0] ?? 0) : text.padStart(widths[column] ?? 0)
  return cells.map(line => line.map(padded).join('  ').trimEnd()).join('\n')
}

const cell = (figure: Figure | undefined): string => {
  if (figure === undefined) return '-'
  const { value, subject, ratioToFloor } = figure
  const text = value >= 1000 ? Math.round(value).toLocaleString('en') : value.toPrecision(3)
  return subject === 'floor' || ratioToFloor === undefined ? text : `${text} (${ratioToFloor.toFixed(2)})`
}
