import { digits, NBSP, NONE } from './number.ts'

/** Seconds in the unit that suits them: 850 µs, 9.8 ms, 1.42 s, 3 min 5 s, 3 h 12 min, 2 d 4 h. */
export function duration(seconds: number | null | undefined): string {
  if (seconds == null) return NONE
  const size = Math.abs(seconds)
  if (size === 0) return `0${NBSP}ms`
  // 999.6 ms rounds to 1,000 ms: it is 1 s.
  if (size < 0.000_999_5) return `${digits(seconds * 1e6)}${NBSP}µs`
  if (size < 0.999_5) return `${digits(seconds * 1e3)}${NBSP}ms`
  if (size < 59.95) return `${digits(seconds)}${NBSP}s`
  return longDuration(seconds)
}

/** Whole seconds, minutes, hours, days: two units at most. */
export function longDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  if (whole < 60) return `${whole}${NBSP}s`
  if (whole < 3600) return two(Math.floor(whole / 60), 'min', whole % 60, 's')
  if (whole < 86_400)
    return two(Math.floor(whole / 3600), 'h', Math.floor((whole % 3600) / 60), 'min')
  return two(Math.floor(whole / 86_400), 'd', Math.floor((whole % 86_400) / 3600), 'h')
}

function two(large: number, largeUnit: string, small: number, smallUnit: string): string {
  const head = `${large}${NBSP}${largeUnit}`
  return small === 0 ? head : `${head}${NBSP}${small}${NBSP}${smallUnit}`
}
