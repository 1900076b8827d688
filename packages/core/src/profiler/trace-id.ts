import { getRandomValues } from 'node:crypto'

const WORD = 2 ** 32

// Never 0: the ids of W3C Trace Context must not be all zeros.
const prefix = getRandomValues(new Uint32Array(1))[0]! | 1

let lastNumber = 0

/** The next number of a trace in this process, from 1. */
export function nextTraceNumber(): number {
  return ++lastNumber
}

/** Sixteen hex characters, unlike those of other processes: a random half and a running half. */
export function formatTraceId(number: number): string {
  const high = (prefix + Math.floor(number / WORD)) >>> 0
  return hex(high) + hex(number % WORD)
}

function hex(word: number): string {
  return word.toString(16).padStart(8, '0')
}
