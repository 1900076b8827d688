/** What stands where a figure is missing. */
export const NONE = 'n/a'

/** Keeps a number and its unit on one line. */
export const NBSP = '\u00a0'

// Made once: toLocaleString() makes a new one at each call, and a tick writes a hundred numbers.
const WHOLE = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })

/** Three digits that matter: 1.42, 14.2, 142, 1,420. */
export function digits(value: number): string {
  const size = Math.abs(value)
  if (size >= 100) return WHOLE.format(value)
  if (size >= 10) return trimZeros(value.toFixed(1))
  if (size >= 0.1) return trimZeros(value.toFixed(2))
  if (size === 0) return '0'
  if (size < 0.001) return value < 0 ? '>-0.001' : '<0.001'
  return trimZeros(value.toFixed(3))
}

function trimZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text
}

/** A whole number: 982, 71,204, 1.24 M. */
export function count(value: number | null | undefined): string {
  if (value == null) return NONE
  if (Math.abs(value) >= 1e15) return value.toExponential(2)
  if (Math.abs(value) >= 1e12) return `${digits(value / 1e12)}${NBSP}T`
  if (Math.abs(value) >= 1e9) return `${digits(value / 1e9)}${NBSP}G`
  if (Math.abs(value) >= 1e6) return `${digits(value / 1e6)}${NBSP}M`
  return WHOLE.format(value)
}

/** A number that is short enough for an axis: 1.5k, 2M. */
export function short(value: number): string {
  const size = Math.abs(value)
  if (size >= 1e9) return `${digits(value / 1e9)}G`
  if (size >= 1e6) return `${digits(value / 1e6)}M`
  if (size >= 1e4) return `${digits(value / 1e3)}k`
  return digits(value)
}

/** Something per second. Tiny rates keep one digit that says that they are not zero. */
export function rate(value: number | null | undefined): string {
  if (value == null) return NONE
  return value > 0 && value < 0.01 ? '<0.01' : digits(value)
}

/** Percent, 0-100. */
export function percent(value: number | null | undefined): string {
  if (value == null) return NONE
  if (value > 0 && value < 0.1) return `<0.1${NBSP}%`
  return `${value >= 10 ? Math.round(value) : trimZeros(value.toFixed(1))}${NBSP}%`
}

/** "1 request", "2 requests". */
export function plural(amount: number, one: string, many: string = `${one}s`): string {
  return `${count(amount)}${NBSP}${amount === 1 ? one : many}`
}
