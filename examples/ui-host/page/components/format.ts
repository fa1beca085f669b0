/** How numbers and times read, by the reader's locale. */

const percents = new Intl.NumberFormat(undefined, {
  style: 'percent',
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
})
const whole = new Intl.NumberFormat(undefined, { maximumFractionDigits: 0 })
const tenths = new Intl.NumberFormat(undefined, { minimumFractionDigits: 1, maximumFractionDigits: 1 })
const clockTime = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
})

const sizes = (['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const).map(
  unit =>
    new Intl.NumberFormat(undefined, {
      style: 'unit',
      unit,
      unitDisplay: 'short',
      minimumSignificantDigits: 3,
      maximumSignificantDigits: 3,
    }),
)

/** 23.4 as `23.4%`. */
export const percent = (value: number): string => percents.format(value / 100)

/** A count, with its groups of digits. */
export const count = (value: number): string => whole.format(value)

/** A number with one digit behind the point. */
export const decimal = (value: number): string => tenths.format(value)

/** Bytes in the unit that suits them. */
export const size = (bytes: number): string => {
  const unit = bytes < 1 ? 0 : Math.min(sizes.length - 1, Math.floor(Math.log10(bytes) / 3))
  return sizes[unit]!.format(bytes / 1_000 ** unit)
}

/** A moment of today. */
export const clock = (at: number): string => clockTime.format(at)

const spans = [
  ['day', 86_400, Infinity],
  ['hour', 3_600, 24],
  ['minute', 60, 60],
  ['second', 1, 60],
] as const

const spanFormats = spans.map(
  ([unit]) => new Intl.NumberFormat(undefined, { style: 'unit', unit, unitDisplay: 'narrow' }),
)

/** A span of time in its two largest units. */
export const duration = (ms: number): string => {
  const seconds = Math.max(0, Math.floor(ms / 1_000))
  const first = spans.findIndex(([, length]) => seconds >= length)
  return spans
    .map(([, length, most], index) => spanFormats[index]!.format(Math.floor(seconds / length) % most))
    .slice(first < 0 ? 3 : first)
    .slice(0, 2)
    .join(' ')
}
