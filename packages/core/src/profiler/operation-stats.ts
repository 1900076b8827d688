import { ExponentialHistogram } from '../metrics/histogram.ts'

/** What all calls of one operation since the last reset came to. */
export class OperationStats {
  readonly name: string
  /** Durations in seconds. */
  readonly histogram: ExponentialHistogram = new ExponentialHistogram()
  errorCount = 0
  /** Sum of the changes of memory, in bytes. */
  memoryTotal = 0

  constructor(name: string) {
    this.name = name
  }

  /** @param index - `bucketIndex(durationSeconds)`; not looked at when the duration is 0. */
  record(index: number, durationSeconds: number, failed: boolean): void {
    if (durationSeconds > 0) this.histogram.recordAt(index, durationSeconds)
    else this.histogram.record(0)
    if (failed) this.errorCount++
  }

  /** Forgets everything in place: who holds on to this operation can go on recording. */
  reset(): void {
    this.histogram.reset()
    this.errorCount = 0
    this.memoryTotal = 0
  }

  /** A copy that later calls do not change. */
  clone(): OperationStats {
    const copy = new OperationStats(this.name)
    copy.add(this)
    return copy
  }

  /** Adds the calls of another operation. */
  add(other: OperationStats): void {
    this.histogram.merge(other.histogram)
    this.errorCount += other.errorCount
    this.memoryTotal += other.memoryTotal
  }
}
