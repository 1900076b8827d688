export { createMtaio, Mtaio, resolveMtaio } from './mtaio.ts'
export type { AdapterOptions } from './mtaio.ts'
export type { MtaioOptions, ResolvedOptions } from './options.ts'
export { ERRORS, MtaioError } from './errors.ts'
export type { ErrorCode } from './errors.ts'
export { LIMITS } from './limits.ts'
export type { LimitOptions, Limits } from './limits.ts'
export type { Log, Logger } from './logger.ts'

// Monitoring.
export { ResourceMonitor } from './monitor/resource-monitor.ts'
export type { AlertsReader } from './monitor/alerts-reader.ts'
export type { MonitorOptions } from './monitor/monitor-options.ts'
export type { AlertHandler } from './monitor/alert-handlers.ts'
export type { Alert } from './monitor/alert.ts'
export type { HistorySample } from './monitor/figures.ts'
export type { History, HistoryColumns, HistoryRange } from './monitor/history.ts'
export type { FigureReader } from './monitor/registered-figures.ts'
export type { TickListener } from './monitor/sampling.ts'
export type { SelfCost } from './monitor/self-cost.ts'
export type { Threshold, ThresholdOptions, WatchedThreshold } from './monitor/threshold.ts'
export type {
  Bucket,
  BucketRun,
  ExponentialHistogram,
  HistogramExport,
} from './metrics/histogram.ts'
export type { Metric } from './metrics/metric.ts'
export type { MetricSeries, SeriesWatcher } from './metrics/metric-series.ts'
export type { Labels, LabelsInput, MetricStore } from './metrics/metric-store.ts'
export type { WindowedHistogram, WindowSeconds } from './metrics/sliding-window.ts'
export type {
  CpuStats,
  GcKind,
  HostFacts,
  IoStats,
  MemoryStats,
  RuntimeStats,
  StatsSource,
  StatsSourceName,
  SystemStats,
} from './system/index.ts'

// Profiling.
export { Profiler } from './profiler/profiler.ts'
export type { ProfilerLimit } from './profiler/profiler-limits.ts'
export type { StartTraceOptions } from './profiler/profiler.ts'
export type { ProfilerOptions } from './profiler/profiler-options.ts'
export { ProfileTrace } from './profiler/profile-trace.ts'
export type { TraceDocument } from './profiler/span-document.ts'
export type { ScopedTrace } from './profiler/scoped-trace.ts'
export { Profile } from './profiler/profile.ts'
export type { ProfileMetrics } from './profiler/profile.ts'
export type { OperationStats } from './profiler/operation-stats.ts'
export type { AnyFunction } from './profiler/function-types.ts'
export type { TraceDecorator, TraceFunction, TraceOptions } from './profiler/trace-function.ts'
export type { Redact } from './profiler/sanitizer.ts'

// For adapters.
export type { HttpAdapter, HttpRequest, HttpResponse } from './http/http-adapter.ts'
export type { IgnoreOption } from './http/ignore-rule.ts'
export { noteError, setRoute } from './http/message-state.ts'
export { RequestHandle } from './http/request-handle.ts'
export type { HttpRecorder } from './http/http-recorder.ts'
export type { RequestLifecycle } from './http/request-lifecycle.ts'
export type { RequestTrace } from './http/request-trace.ts'
export type { StatusHandler } from './status/status-handler.ts'
export type { AccessOptions } from './status/access.ts'
export type { Resource } from './status/access-decision.ts'

// The documents of the API.
export type * from './status/api-types.ts'
