import { bucketBound, MIN_INDEX } from '../../metrics/bucket-index.ts'
import type { BucketRun, HistogramExport } from '../../metrics/histogram.ts'
import type { Distribution, FamilyType, FormatWriter } from './format.ts'
import type { SeriesLabels } from './names.ts'
import { Pieces } from './pieces.ts'
import * as proto from './protobuf.ts'
import type { Message } from './protobuf.ts'

// Numbers of fields and types: io/prometheus/client/metrics.proto of prometheus/client_model.
const TYPES: Readonly<Record<FamilyType, number>> = {
  counter: 0,
  gauge: 1,
  summary: 2,
  unknown: 3,
  histogram: 4,
}
/** The field of a metric that holds its value. */
const FIELDS: Readonly<Record<FamilyType, number>> = {
  gauge: 2,
  counter: 3,
  summary: 4,
  unknown: 5,
  histogram: 7,
}

/** Nothing closer to zero has a bucket of its own. It is also what Prometheus' own clients have. */
const ZERO_THRESHOLD = bucketBound(MIN_INDEX)

/**
 * Writes delimited messages of `io.prometheus.client.MetricFamily`. A histogram is in it twice: as a
 * native one, for servers that take these, and with the classic buckets for the others.
 */
export class ProtobufWriter implements FormatWriter {
  readonly #out = new Pieces('latin1')
  #family = new Pieces('latin1')
  #head: Message = ''
  #field = 0
  #bounds: readonly number[] = []
  #boundFields: readonly Message[] = []

  begin(name: string, type: FamilyType, help: string): void {
    this.#endFamily()
    this.#field = FIELDS[type]
    this.#head =
      proto.textField(1, type === 'counter' ? `${name}_total` : name) +
      proto.textField(2, help) +
      proto.integerField(3, TYPES[type])
  }

  value(labels: SeriesLabels, value: number): void {
    this.#metric(labels, proto.doubleField(1, value))
  }

  histogram(labels: SeriesLabels, from: Distribution, bounds: readonly number[]): void {
    const native = from.export?.()
    this.#metric(
      labels,
      proto.integerField(1, from.count) +
        proto.doubleField(2, from.sum) +
        this.#classicBuckets(from.cumulative(bounds), bounds) +
        (native === undefined ? '' : nativeBuckets(native)),
    )
  }

  summary(
    labels: SeriesLabels,
    sum: number,
    count: number,
    quantiles: readonly (readonly [quantile: number, value: number | null])[],
  ): void {
    let message = proto.integerField(1, count) + proto.doubleField(2, sum)
    for (const [quantile, value] of quantiles) {
      const fields = proto.doubleField(1, quantile) + proto.doubleField(2, value ?? NaN)
      message += proto.messageField(3, fields)
    }
    this.#metric(labels, message)
  }

  end(): readonly Buffer[] {
    this.#endFamily()
    return this.#out.end()
  }

  #metric({ pairs }: SeriesLabels, value: Message): void {
    let metric = ''
    for (const [name, text] of pairs) {
      metric += proto.messageField(1, proto.textField(1, name) + proto.textField(2, text))
    }
    this.#family.add(proto.messageField(4, metric + proto.messageField(this.#field, value)))
  }

  #classicBuckets(counts: readonly number[], bounds: readonly number[]): Message {
    if (bounds !== this.#bounds) {
      this.#bounds = bounds
      this.#boundFields = bounds.map((bound) => proto.doubleField(2, bound))
    }
    let buckets = ''
    for (let i = 0; i < counts.length; i++) {
      const count = proto.integerField(1, counts[i]!)
      buckets += proto.messageField(3, count + this.#boundFields[i]!)
    }
    return buckets
  }

  #endFamily(): void {
    // A family without a series is no message: the server would have nothing to do with it.
    if (this.#family.byteLength > 0) {
      this.#out.add(proto.varint(this.#head.length + this.#family.byteLength) + this.#head)
      this.#out.append(this.#family)
      this.#family = new Pieces('latin1')
    }
  }
}

function nativeBuckets({ scale, zeroCount, negative, positive }: HistogramExport): Message {
  return (
    proto.signedField(5, scale) +
    proto.doubleField(6, ZERO_THRESHOLD) +
    proto.integerField(7, zeroCount) +
    spansAndDeltas(negative, 9, 10) +
    spansAndDeltas(positive, 12, 13)
  )
}

/** The runs of buckets that are not empty, and the steps from each count to the next. */
function spansAndDeltas({ offset, counts }: BucketRun, spanField: number, field: number): Message {
  let spans = ''
  let deltas = ''
  let last = 0
  // A bucket is called by its lower bound here, and by its upper bound there.
  let end = -offset - 1
  for (let i = 0; i < counts.length; i++) {
    const begin = i
    for (; i < counts.length && counts[i]! > 0; i++) {
      deltas += proto.varint(proto.zigzag(counts[i]! - last))
      last = counts[i]!
    }
    if (i === begin) continue
    const span = proto.signedField(1, begin - end) + proto.integerField(2, i - begin)
    spans += proto.messageField(spanField, span)
    end = i
  }
  return spans === '' ? '' : spans + proto.messageField(field, deltas)
}
