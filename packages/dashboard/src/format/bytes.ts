import { digits, NBSP, NONE } from './number.ts'

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const

/** Bytes in powers of 1,024: 640 B, 12.4 KiB, 1.2 GiB. */
export function bytes(value: number | null | undefined): string {
  if (value == null) return NONE
  let size = value
  let unit = 0
  while (Math.abs(size) >= 1023.5 && unit < UNITS.length - 1) {
    size /= 1024
    unit++
  }
  return `${unit === 0 ? Math.round(size) : digits(size)}${NBSP}${UNITS[unit] ?? ''}`
}

/** A difference of bytes, with its sign. */
export function signedBytes(value: number | null | undefined): string {
  if (value == null) return NONE
  return value > 0 ? `+${bytes(value)}` : bytes(value).replace('-', '−')
}
