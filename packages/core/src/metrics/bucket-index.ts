/** 2^5 = 32 buckets for each power of two: their base is 2^(1/32), about 1.0219. */
export const HISTOGRAM_SCALE = 5

export const BUCKETS_PER_OCTAVE: number = 2 ** HISTOGRAM_SCALE

// The range of a 32-bit float, 3e-39 to 3e38: more than any figure needs, and it bounds what a
// series can grow to. What lies outside goes into the first or the last bucket.
export const MIN_INDEX: number = -128 * BUCKETS_PER_OCTAVE
export const MAX_INDEX: number = 128 * BUCKETS_PER_OCTAVE - 1

const float = new Float64Array([1])
const words = new Int32Array(float.buffer)
const HIGH = words[1] === 0x3ff00000 ? 1 : 0 // little-endian everywhere but on s390x
const LOW = 1 - HIGH

/** Lower bounds of the buckets of one octave, 1 to just below 2. */
const BOUNDS = Float64Array.from({ length: BUCKETS_PER_OCTAVE + 1 }, (_, i) => 2 ** (i / 32))

// The mantissa of each bucket's upper bound, in two words. That of the last is 2, whose mantissa
// does not fit: 0x100000 is more than any mantissa.
const UPPER_HIGH = new Int32Array(BUCKETS_PER_OCTAVE).fill(0x100000)
const UPPER_LOW = new Uint32Array(BUCKETS_PER_OCTAVE)
for (let i = 0; i < BUCKETS_PER_OCTAVE - 1; i++) {
  float[0] = BOUNDS[i + 1]!
  UPPER_HIGH[i] = words[HIGH]! & 0xfffff
  UPPER_LOW[i] = words[LOW]!
}

// An octave cut into 64 equal steps. A step (1/64) is narrower than the narrowest bucket (0.0219),
// so a value lies in the bucket where its step begins or in the next one: one compare decides.
const FIRST_BUCKET = Uint8Array.from({ length: 64 }, (_, step) =>
  BOUNDS.findLastIndex((bound) => bound <= 1 + step / 64),
)

/**
 * The bucket of a value: `bucketIndex(v)` is `i` when `base^i < v <= base^(i+1)`, as OpenTelemetry
 * has it. Exact, by integer arithmetic on the bits of the float; `Math.log` is slower and goes
 * wrong next to the bounds.
 *
 * @param value Finite and above 0; nothing is checked here.
 */
export function bucketIndex(value: number): number {
  float[0] = value
  const high = words[HIGH]!
  const mantissa = high & 0xfffff
  let bucket = FIRST_BUCKET[mantissa >> 14]!
  const upper = UPPER_HIGH[bucket]!
  // The sign bit of the difference: a branch here would be guessed wrong every other time.
  bucket += (upper - mantissa) >>> 31
  if (mantissa === upper && words[LOW]! >>> 0 > UPPER_LOW[bucket]!) bucket++
  // A power of two is the upper bound of the octave below.
  else if (mantissa === 0 && words[LOW] === 0) bucket--
  const index = ((high >> 20) - 1023) * BUCKETS_PER_OCTAVE + bucket
  return index < MIN_INDEX ? MIN_INDEX : index > MAX_INDEX ? MAX_INDEX : index
}

/** The power of two below each octave of the range, and below the one that follows it. */
const POWERS = Float64Array.from({ length: 257 }, (_, i) => 2 ** (i - 128))

const MIDDLES = Float64Array.from({ length: BUCKETS_PER_OCTAVE }, (_, i) => {
  const from = BOUNDS[i]!
  const to = BOUNDS[i + 1]!
  return (2 * from * to) / (from + to)
})

/** The lower bound of a bucket (not in it), which is the upper bound of the one before (in it). */
export function bucketBound(index: number): number {
  return BOUNDS[index & (BUCKETS_PER_OCTAVE - 1)]! * POWERS[(index >> HISTOGRAM_SCALE) + 128]!
}

/** The value that is nearest, relatively, to all of a bucket: at most 1.083 % from any of them. */
export function bucketMiddle(index: number): number {
  return MIDDLES[index & (BUCKETS_PER_OCTAVE - 1)]! * POWERS[(index >> HISTOGRAM_SCALE) + 128]!
}
