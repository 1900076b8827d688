import { clock } from '../clock.ts'
import { MtaioError } from '../errors.ts'
import type { LimitFigures } from '../limits.ts'
import type { Log } from '../logger.ts'
import { MetricStore } from '../metrics/metric-store.ts'
import type { LabelsInput } from '../metrics/metric-store.ts'
import { isRecord, shown } from '../option-value.ts'
import type { HostFacts, RuntimeStats, SystemStats } from '../system/index.ts'
import { OpenAlert } from './alert.ts'
import type { Alert } from './alert.ts'
import { registerHandler } from './alert-decorator.ts'
import type { HandlerArguments } from './alert-decorator.ts'
import { AlertHandlers } from './alert-handlers.ts'
import type { AlertHandler } from './alert-handlers.ts'
import { AlertLog } from './alert-log.ts'
import { alertsReader } from './alerts-reader.ts'
import type { AlertsReader } from './alerts-reader.ts'
import type { HistorySample } from './figures.ts'
import type { History } from './history.ts'
import { limitFigures } from './limit-figures.ts'
import { MetricCache } from './metric-cache.ts'
import { resolveMonitorOptions } from './monitor-options.ts'
import type { MonitorOptions, ResolvedMonitorOptions } from './monitor-options.ts'
import type { FigureReader } from './registered-figures.ts'
import { REQUEST_FIGURES, RequestFigures } from './request-figures.ts'
import { Sampling } from './sampling.ts'
import type { TickListener } from './sampling.ts'
import { SelfCost } from './self-cost.ts'
import { resolveThreshold } from './threshold.ts'
import type { ThresholdOptions } from './threshold.ts'
import { Thresholds } from './thresholds.ts'

/**
 * Watches the machine, the process and your own metrics. Sampling runs once an interval on a timer
 * that never keeps the process alive.
 *
 * All durations are seconds, timestamps epoch seconds, sizes bytes, percentages 0-100.
 *
 * @example
 * const monitor = new ResourceMonitor({ interval: 1 })
 * monitor.onThresholdExceeded((metric, value, threshold) => {
 *   console.log(`Alert: ${metric} exceeded threshold (${value} > ${threshold})`)
 * })
 * monitor.setThreshold('cpu_usage', 80)
 * await monitor.start()
 */
export class ResourceMonitor {
  // Plain properties, which nothing in here reads, so that a subclass may have fields of these names.

  /** Seconds between two samples. */
  readonly interval: number
  /** Everything that was recorded. */
  readonly metricStore: MetricStore
  /** Firing and past alerts, and the thresholds. */
  readonly alerts: AlertsReader
  /** The samples as columns, with every figure. */
  readonly history: History
  /** What the ticks cost, and what failed. */
  readonly selfCost: SelfCost
  /** The log of this monitor, for who wants to say something once. */
  readonly log: Log

  readonly #options: ResolvedMonitorOptions
  readonly #store: MetricStore
  readonly #alerts: AlertLog
  readonly #exceeded: AlertHandlers
  readonly #cleared: AlertHandlers
  readonly #thresholds: Thresholds
  readonly #sampling: Sampling
  readonly #cache: MetricCache
  readonly #requests = new RequestFigures()

  /**
   * @throws MtaioError `MTAIO_OPTION_INVALID`, `MTAIO_OPTION_UNKNOWN`, `MTAIO_THRESHOLD_INVALID`
   */
  constructor(options: MonitorOptions = {}) {
    const resolved = (this.#options = resolveMonitorOptions(options))
    const { log, limits } = resolved
    this.#store = new MetricStore(limits)
    this.#alerts = new AlertLog(limits)
    this.#cache = new MetricCache(limits.maxMetrics, clock.now)
    const cost = new SelfCost()
    const exceeded = (this.#exceeded = new AlertHandlers(log, cost))
    const cleared = (this.#cleared = new AlertHandlers(log, cost))
    const handlers = { exceeded, cleared }
    const thresholds = new Thresholds(this.#store, this.#alerts, handlers, resolved.intervalMs)
    this.#thresholds = thresholds
    this.#sampling = new Sampling(
      resolved,
      cost,
      (figure, dueMs) => thresholds.checkFigures(figure, dueMs),
      new Map(
        REQUEST_FIGURES.map((name) => [name, (nowMs) => this.#requests.read(name, nowMs)] as const),
      ),
    )
    for (const threshold of resolved.thresholds) thresholds.set(threshold)
    this.interval = resolved.intervalMs / 1000
    this.metricStore = this.#store
    this.alerts = alertsReader(this.#alerts, thresholds)
    this.history = this.#sampling.history
    this.selfCost = cost
    this.log = log
    // `@monitor.onThresholdExceeded` is called without its monitor by some compilers.
    this.onThresholdExceeded = this.onThresholdExceeded.bind(this) as this['onThresholdExceeded']
    this.onThresholdCleared = this.onThresholdCleared.bind(this) as this['onThresholdCleared']
  }

  get isRunning(): boolean {
    return this.#sampling.isRunning
  }

  /** Starts sampling; the first sample is taken at once. Idempotent, also when called at once. */
  async start(): Promise<void> {
    await this.#sampling.start()
  }

  /** Stops sampling and lets go of everything; `start()` works again. Idempotent. */
  async stop(): Promise<void> {
    await this.#sampling.stop()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }

  /**
   * The figures of the machine. While sampling those of the last sample, else read now; the first
   * time, also while only the sample of the start is there, that takes 0.1 s, over which the use of
   * the CPU is measured. A figure that the system does not give is `null`. The process does not end
   * while this is pending. Never rejects.
   */
  async getCurrentStats(): Promise<SystemStats> {
    return this.#sampling.currentStats()
  }

  /**
   * The samples that are kept, the oldest first.
   *
   * @param range Epoch seconds, both included. Default: all.
   * @throws MtaioError `MTAIO_OPTION_INVALID` when `start` or `end` is no number.
   * @example
   * monitor.getHistory({ start: Date.now() / 1000 - 60 }) // the last minute
   */
  getHistory(range: { readonly start?: number; readonly end?: number } = {}): HistorySample[] {
    return this.#sampling.history.samples({
      startMs: epochMs('start', range.start, -Infinity),
      endMs: epochMs('end', range.end, Infinity),
    })
  }

  /**
   * Sets the value above which an alert fires: of a figure (`cpu_usage`, `memory_usage`,
   * `event_loop_delay`, …) or of a metric of your own. Figures are compared at each sample, your
   * own metrics as you record them, each series of labels by itself. An alert ends when the value is
   * back, when the figure was not known for 60 s (and two intervals), when there was no request for
   * 60 s (`error_rate`, `response_time`), or when nothing was recorded in the series for 300 s.
   *
   * `error_rate` and `response_time` are those of the requests that mtaio watches. On a monitor of
   * its own they are made of what you record: `request_duration` (seconds) for each request that
   * went well, `request_error` for each that failed.
   *
   * @throws MtaioError `MTAIO_THRESHOLD_INVALID`, `MTAIO_OPTION_UNKNOWN`
   * @example
   * monitor.setThreshold('memory_usage', 90, { for: 10, clearBelow: 80, cooldown: 60 })
   */
  setThreshold(metric: string, value: number, options?: ThresholdOptions): void {
    this.#thresholds.set(resolveThreshold(metric, value, options))
  }

  /** Takes a threshold away; its alerts end. @returns false when there was none. */
  removeThreshold(metric: string): boolean {
    return this.#thresholds.remove(metric, clock.now())
  }

  /**
   * Registers a handler, sync or async: it is called when a value goes above its threshold and,
   * while it stays above, again; at most once an interval and metric. Of a metric with several
   * series above the threshold it gets the one with the largest value. A handler that fails is
   * counted and logged; one that is slow is not called again for the same alert before it is done,
   * and not for a further one while 100 calls are under way: `selfCost.skippedCalls` counts those.
   *
   * It is a decorator for methods, too. A standard decorator registers the method of every instance
   * for as long as the monitor lives, with the instance as `this`. Under `experimentalDecorators`
   * the method is registered once, when the class is defined, and `this` is the prototype (of a
   * static method the class): there are no fields, so call `onThresholdExceeded(…)` in the
   * constructor when you need them.
   *
   * @returns the handler, for {@link ResourceMonitor.removeHandler}.
   * @throws MtaioError `MTAIO_OPTION_INVALID` when it is no function.
   */
  onThresholdExceeded<Handler extends AlertHandler>(handler: Handler): Handler
  onThresholdExceeded<This>(
    method: (this: This, ...call: Parameters<AlertHandler>) => unknown,
    context: ClassMethodDecoratorContext<This>,
  ): void
  onThresholdExceeded<Handler extends AlertHandler>(
    target: object,
    key: string | symbol,
    descriptor: TypedPropertyDescriptor<Handler>,
  ): void
  onThresholdExceeded(...given: unknown[]): unknown {
    return registerHandler(this.#exceeded, given as unknown as HandlerArguments)
  }

  /**
   * Registers a handler for the end of an alert that handlers were told of: `value` is the one that
   * ended it, or the last one where none came any more. Else as
   * {@link ResourceMonitor.onThresholdExceeded}.
   *
   * @throws MtaioError `MTAIO_OPTION_INVALID` when it is no function.
   */
  onThresholdCleared<Handler extends AlertHandler>(handler: Handler): Handler
  onThresholdCleared<This>(
    method: (this: This, ...call: Parameters<AlertHandler>) => unknown,
    context: ClassMethodDecoratorContext<This>,
  ): void
  onThresholdCleared<Handler extends AlertHandler>(
    target: object,
    key: string | symbol,
    descriptor: TypedPropertyDescriptor<Handler>,
  ): void
  onThresholdCleared(...given: unknown[]): unknown {
    return registerHandler(this.#cleared, given as unknown as HandlerArguments)
  }

  /** Takes a handler away, of either kind. @returns false when it was not registered. */
  removeHandler(handler: AlertHandler): boolean {
    const wasExceeded = this.#exceeded.remove(handler)
    return this.#cleared.remove(handler) || wasExceeded
  }

  /**
   * Raises an alert by hand. It is an event, over as soon as it was raised: handlers for exceeded
   * thresholds are called, and it is kept among the past alerts. A name is cut to
   * `limits.maxLabelLength` characters, the message to `limits.maxErrorLength`.
   *
   * @throws MtaioError `MTAIO_METRIC_INVALID` when a name or the message is no text.
   * @example
   * monitor.alert('High error rate detected')
   * monitor.alert('queue_length', 5000, 'The queue does not drain')
   */
  alert(message: string): Alert
  alert(name: string, value: number, message: string): Alert
  alert(...given: [message: string] | [name: string, value: number, message: string]): Alert {
    const [name, value, message] = given.length === 1 ? ['alert', null, given[0]] : given
    if (typeof name !== 'string' || typeof message !== 'string') {
      throw new MtaioError(
        'MTAIO_METRIC_INVALID',
        'An alert is raised by alert(message) or alert(name, value, message), both as text.',
      )
    }
    const metric = this.#store.cut(name)
    const raised = new OpenAlert({
      metric,
      labels: null,
      sinceMs: clock.now(),
      value: Number.isFinite(value) ? value : null,
      threshold: this.#thresholds.get(metric)?.value ?? null,
      message: this.#alerts.cut(message),
    })
    this.#alerts.note(raised)
    const alert = raised.snapshot(raised.sinceMs)
    this.#exceeded.call(alert)
    return alert
  }

  /**
   * Records a value of a metric of your own, and compares it with its threshold. NaN, ±Infinity and
   * a negative duration (a name that ends in `_duration` or `_seconds`) are refused, and so is what
   * has no text as its name, or labels that are no texts, numbers or booleans: counted, logged once a
   * name, and nothing is thrown.
   *
   * @example
   * monitor.recordMetric('job_duration', 0.25, { queue: 'mail' })
   */
  recordMetric(name: string, value: number, labels?: LabelsInput): void {
    const nowMs = clock.now()
    const refusal = this.#store.record(name, value, labels, nowMs)
    if (refusal === null) this.#noteRequest(name, value, nowMs)
    else this.#options.log.warn('MTAIO_METRIC_INVALID', shown(name), refusal)
  }

  /**
   * Records several metrics, with the same labels if any.
   *
   * @example
   * monitor.recordMetrics({ task_memory: 1_000_000, task_cpu: 12 })
   */
  recordMetrics(values: Readonly<Record<string, number>>, labels?: LabelsInput): void {
    if (isRecord(values)) {
      for (const [name, value] of Object.entries(values)) this.recordMetric(name, value, labels)
      return
    }
    const message = 'recordMetrics needs an object of values by name, such as { task_cpu: 12 }.'
    this.#options.log.warn('MTAIO_METRIC_INVALID', 'recordMetrics', message)
  }

  /**
   * The value of a figure or of a metric of your own, by {@link ResourceMonitor.collectMetric};
   * `null` when there is none.
   *
   * Callers at the same time share one collection; its error is passed on to all of them.
   *
   * @param options `maxAge`: seconds for which a value that was collected is used again, from when
   *   it came. 0 always collects. Default: 1.
   * @throws MtaioError `MTAIO_OPTION_INVALID` (as a rejection) for another `maxAge`.
   */
  async getMetric(
    name: string,
    options: { readonly maxAge?: number } = {},
  ): Promise<number | null> {
    const { maxAge = 1 } = options
    if (typeof maxAge !== 'number' || !(maxAge >= 0)) {
      throw new MtaioError(
        'MTAIO_OPTION_INVALID',
        `maxAge must be 0 or more seconds, not ${shown(maxAge)}.`,
      )
    }
    return this.#cache.get(name, maxAge * 1000, () => this.collectMetric(name))
  }

  /**
   * Where {@link ResourceMonitor.getMetric} has its values from. Override it to collect metrics of
   * your own, and leave the others to `super.collectMetric(name)`: a figure of the last sample, else
   * the value recorded last.
   */
  protected collectMetric(name: string): number | null | Promise<number | null> {
    return this.#sampling
      .figure(name)
      .then((figure) => figure ?? this.#store.get(name)?.latest?.last ?? null)
  }

  // What follows is for the rooms above, and for dashboards of one's own.

  /** The last sample; `null` before the first. */
  get latest(): { readonly stats: SystemStats; readonly runtime: RuntimeStats } | null {
    return this.#sampling.latest
  }

  /** Milliseconds since the last sample, or since the start; `null` when it does not run. */
  get sampleAgeMs(): number | null {
    return this.#sampling.sampleAgeMs
  }

  /** The runtime as of the last sample; while not sampling only what needs no interval. */
  runtimeStats(): RuntimeStats {
    return this.#sampling.runtimeStats()
  }

  /** Facts of the host, read once; `null` when they cannot be had. Holds the process meanwhile. */
  async hostFacts(): Promise<HostFacts | null> {
    return this.#sampling.hostFacts()
  }

  /**
   * Adds a figure: a column of the history, and a name for thresholds and `getMetric`. It is read at
   * each tick, with the same time as all others.
   *
   * @returns a function that removes it.
   * @throws MtaioError `MTAIO_METRIC_INVALID` when the name is that of another figure.
   */
  addFigure(name: string, read: FigureReader): () => void {
    return this.#sampling.addFigure(name, read)
  }

  /** Calls back once a tick, after all else. @returns a function that ends it. */
  onTick(listener: TickListener): () => void {
    return this.#sampling.onTick(listener)
  }

  /** Without ticks nobody else compares the figures of requests. */
  #noteRequest(metric: string, value: number, nowMs: number): void {
    if (!this.#requests.record(metric, value, nowMs) || this.isRunning) return
    for (const name of REQUEST_FIGURES) {
      this.#thresholds.checkFigure(name, () => this.#sampling.addedFigure(name, nowMs), nowMs)
    }
  }

  /** The caps of this monitor: their values, how much is used, and how often they cut. */
  get limitFigures(): Readonly<Record<string, LimitFigures>> {
    return limitFigures(this.#options.limits, this.#store, this.#alerts)
  }
}

function epochMs(name: string, given: number | undefined, fallback: number): number {
  if (given === undefined) return fallback
  if (typeof given === 'number' && !Number.isNaN(given)) return clock.fromEpochSeconds(given)
  throw new MtaioError(
    'MTAIO_OPTION_INVALID',
    `${name} of the history must be seconds since the epoch (Date.now() / 1000), not ${shown(given)}.`,
  )
}
