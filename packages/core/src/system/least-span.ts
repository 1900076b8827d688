/**
 * Figures that are differences say nothing over a shorter span, and are `null` then: a share of the
 * microseconds that the first sample comes after the start is 0 or 100 by accident. Half of the
 * shortest interval, so that only a sample that follows another at once is concerned.
 */
export const LEAST_SPAN_MS = 5

/** The same for the CPU of the host, which the kernel counts in steps of 10 ms. */
export const LEAST_CPU_SPAN_MS = 25
