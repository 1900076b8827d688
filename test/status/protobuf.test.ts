import { describe, expect, it } from 'vitest'
import { bucketBound } from '../../packages/core/src/metrics/bucket-index.ts'
import { ExponentialHistogram } from '../../packages/core/src/metrics/histogram.ts'
import { Exposition } from '../../packages/core/src/status/prometheus/exposition.ts'
import { formatOf } from '../../packages/core/src/status/prometheus/format.ts'
import { recordHostile } from './hostile-names.ts'
import { StatusServer } from './status-server.ts'

// What Prometheus 2.42 sends with --enable-feature=native-histograms, and without.
const NATIVE =
  'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited,' +
  'application/openmetrics-text;version=1.0.0;q=0.8,application/openmetrics-text;version=0.0.1;q=0.75,' +
  'text/plain;version=0.0.4;q=0.5,*/*;q=0.1'
const CLASSIC = NATIVE.slice(NATIVE.indexOf(',') + 1)

/** The fields of a message by their number; a decoder of its own, as the encoder may be wrong. */
class Fields {
  readonly #bytes: Buffer
  readonly #fields = new Map<number, (number | Buffer)[]>()
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
    while (this.#at < bytes.length) {
      const tag = this.#varint()
      this.#fields.set(tag >> 3, [...(this.#fields.get(tag >> 3) ?? []), this.#value(tag & 7)])
    }
  }

  static delimited(bytes: Buffer): Fields[] {
    const rest = new Fields(Buffer.alloc(0))
    const messages: Fields[] = []
    for (let left = bytes; left.length > 0;) {
      const [length, begin] = rest.#read(left, 0)
      expect(begin + length).toBeLessThanOrEqual(left.length)
      messages.push(new Fields(left.subarray(begin, begin + length)))
      left = left.subarray(begin + length)
    }
    return messages
  }

  numbers(field: number): number[] {
    return (this.#fields.get(field) ?? []) as number[]
  }

  texts(field: number): string[] {
    return this.#bytesOf(field).map((bytes) =>
      new TextDecoder('utf-8', { fatal: true }).decode(bytes),
    )
  }

  messages(field: number): Fields[] {
    return this.#bytesOf(field).map((bytes) => new Fields(bytes))
  }

  /** Packed numbers of variable length, with their sign. */
  deltas(field: number): number[] {
    const numbers: number[] = []
    for (const bytes of this.#bytesOf(field)) {
      for (let at = 0; at < bytes.length;) {
        const [value, next] = this.#read(bytes, at)
        numbers.push(signed(value))
        at = next
      }
    }
    return numbers
  }

  #bytesOf(field: number): Buffer[] {
    return (this.#fields.get(field) ?? []) as Buffer[]
  }

  #value(type: number): number | Buffer {
    if (type === 0) return this.#varint()
    if (type === 1) {
      this.#at += 8
      return this.#bytes.readDoubleLE(this.#at - 8)
    }
    expect(type).toBe(2)
    const length = this.#varint()
    this.#at += length
    expect(this.#at).toBeLessThanOrEqual(this.#bytes.length)
    return this.#bytes.subarray(this.#at - length, this.#at)
  }

  #varint(): number {
    const [value, next] = this.#read(this.#bytes, this.#at)
    this.#at = next
    return value
  }

  #read(bytes: Buffer, at: number): readonly [value: number, next: number] {
    let value = 0
    for (let unit = 1; ; unit *= 128) {
      const byte = bytes.readUInt8(at++)
      value += (byte & 127) * unit
      if (byte < 128) return [value, at]
    }
  }
}

function signed(value: number): number {
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2
}

/** Upper bounds and counts of one side, as Prometheus reads spans and deltas. */
function bucketsOf(histogram: Fields, spanField: number, deltaField: number): Map<number, number> {
  const counts = new Map<number, number>()
  const deltas = histogram.deltas(deltaField).values()
  const base = 2 ** (1 / 2 ** signed(histogram.numbers(5)[0]!))
  let index = 0
  let count = 0
  for (const span of histogram.messages(spanField)) {
    index += signed(span.numbers(1)[0]!)
    for (let i = 0; i < span.numbers(2)[0]!; i++) {
      count += deltas.next().value!
      counts.set(base ** index++, count)
    }
  }
  expect(deltas.next().done).toBe(true)
  return counts
}

describe('protobuf', () => {
  it('is given to who asks for it by name at least as gladly, and to nobody else', () => {
    expect(formatOf(NATIVE)).toBe('protobuf')
    expect(formatOf(CLASSIC)).toBe('openmetrics')
    expect(formatOf(undefined)).toBe('text')
    const [protobuf] = NATIVE.split(',')
    expect(formatOf(`${protobuf};q=0.3,text/plain;q=0.9`)).toBe('text')
    expect(formatOf(`${protobuf};q=0`)).toBe('text')
    expect(formatOf('application/vnd.google.protobuf')).toBe('text')
    expect(formatOf(protobuf!.replace('delimited', 'text'))).toBe('text')
  })

  it('has each native bucket where Prometheus looks for it', () => {
    const histogram = new ExponentialHistogram()
    const values = [0, 0, 1, 1, 1, 1.01, 0.012, 7, 250, 1e-12, -0.5, -0.5, -3]
    for (const value of values) histogram.record(value)
    const out = new Exposition('protobuf')
    out.family('x', 'histogram', 'help').histogram(histogram, [1, 2], { a: 'b' })
    const [family] = Fields.delimited(Buffer.concat(out.end()))
    const [native] = family!.messages(4)[0]!.messages(7)
    expect(native!.numbers(1)).toEqual([values.length])
    expect(native!.numbers(2)[0]).toBeCloseTo(histogram.sum)
    expect(native!.numbers(7)).toEqual([2])
    for (const [side, sign] of [
      [bucketsOf(native!, 12, 13), 1],
      [bucketsOf(native!, 9, 10), -1],
    ] as const) {
      const expected = [...histogram.buckets()]
        .map(({ from, to, count }) => [sign > 0 ? to : -from, count] as const)
        .filter(([bound]) => bound > 0)
      expect([...side.values()]).toEqual(
        (sign > 0 ? expected : expected.toReversed()).map(([, count]) => count),
      )
      for (const [i, bound] of [...side.keys()].entries()) {
        const wanted = (sign > 0 ? expected : expected.toReversed())[i]![0]
        expect(bound / wanted).toBeCloseTo(1, 9)
      }
    }
    // Exactly: 1 is the upper bound of its bucket.
    expect(bucketsOf(native!, 12, 13).get(1)).toBe(3)
    expect(native!.numbers(6)).toEqual([bucketBound(-128 * 32)])
    // For servers that take no native ones.
    const classic = native!.messages(3).map((one) => [one.numbers(2)[0], one.numbers(1)[0]])
    expect(classic).toEqual([
      [1, 10],
      [2, 11],
    ])
  })

  it('can be read whatever the names are, and each name and series is there once', async () => {
    await using app = await new StatusServer().listen()
    recordHostile(app.monitor.metricStore)
    const { headers, bytes } = await app.bytes('/_monitor/metrics', { accept: NATIVE })
    expect(headers['content-type']).toContain('application/vnd.google.protobuf')
    const families = Fields.delimited(bytes)
    const names = families.flatMap((family) => family.texts(1))
    expect(new Set(names).size).toBe(families.length)
    expect(names).toContain('request_duration_seconds')
    for (const family of families) {
      const series = family.messages(4).map((metric) =>
        metric
          .messages(1)
          .map((label) => JSON.stringify([label.texts(1)[0], label.texts(2)[0]]))
          .join(),
      )
      expect(series.length).toBeGreaterThan(0)
      expect(new Set(series).size).toBe(series.length)
    }
  })
})
