import { MAX_INDEX, MIN_INDEX } from './bucket-index.ts'
import type { Buckets } from './buckets.ts'
import type { ExponentialHistogram } from './histogram.ts'

/**
 * A histogram that will not change any more, as a string of bytes: sum, minimum and maximum as
 * floats, the count, then for each side the buckets that are not empty, each as its count and the step from
 * the one before, in integers of variable length.
 *
 * It is a string because V8 keeps one byte for each such character with 16 bytes around them all,
 * while a typed array of the same length has some 250 bytes around it. A series holds up to 36.
 */
export type PackedHistogram = string

const HEADER_BYTES = 24
// The worst there is: every bucket of both sides in use, 8 bytes for its count and 2 for its step.
const scratch = Buffer.alloc(HEADER_BYTES + 24 + 2 * (MAX_INDEX - MIN_INDEX + 1) * 10)
const header = new Float64Array(scratch.buffer, scratch.byteOffset, HEADER_BYTES / 8)
let at = 0

export function pack(histogram: ExponentialHistogram): PackedHistogram {
  header[0] = histogram.sum
  header[1] = histogram.min ?? Infinity
  header[2] = histogram.max ?? -Infinity
  at = HEADER_BYTES
  write(histogram.count)
  write(histogram.zeroCount)
  writeSide(histogram.positive)
  writeSide(histogram.negative)
  return scratch.toString('latin1', 0, at)
}

/** Adds a packed histogram to another one. */
export function unpackInto(histogram: ExponentialHistogram, packed: PackedHistogram): void {
  readHeader(packed)
  const count = packedCount(packed)
  histogram.absorb(count, header[0]!, header[1]!, header[2]!, read(packed))
  readSide(histogram.positive, packed)
  readSide(histogram.negative, packed)
}

export function packedCount(packed: PackedHistogram): number {
  at = HEADER_BYTES
  return read(packed)
}

export function packedSum(packed: PackedHistogram): number {
  readHeader(packed)
  return header[0]!
}

function readHeader(packed: PackedHistogram): void {
  scratch.write(packed, 0, HEADER_BYTES, 'latin1')
}

// Most buckets follow right after the one before. So the lowest bit says whether a step comes
// after the count, and such a bucket takes one byte. A count of 0 ends the side.
function writeSide({ counts, offset }: Buckets): void {
  let expected = MIN_INDEX
  for (let i = 0; i < counts.length; i++) {
    if (counts[i] === 0) continue
    const index = offset + i
    write(counts[i]! * 2 + (index === expected ? 0 : 1))
    if (index !== expected) write(index - expected)
    expected = index + 1
  }
  write(0)
}

function readSide(buckets: Buckets, packed: PackedHistogram): void {
  let index = MIN_INDEX
  for (let word = read(packed); word > 0; word = read(packed)) {
    if (word % 2 === 1) index += read(packed)
    buckets.add(index++, Math.floor(word / 2))
  }
}

/** 7 bits a byte, the lowest first; the high bit says that more follow. Exact up to 2^53. */
function write(value: number): void {
  while (value > 127) {
    scratch[at++] = (value % 128) + 128
    value = Math.floor(value / 128)
  }
  scratch[at++] = value
}

function read(packed: PackedHistogram): number {
  let value = 0
  for (let unit = 1; ; unit *= 128) {
    const byte = packed.charCodeAt(at++)
    if (byte < 128) return value + byte * unit
    value += (byte - 128) * unit
  }
}
