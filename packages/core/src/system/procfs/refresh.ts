/** Limits and disks change while a process runs, yet seldom: they are looked up anew this often. */
export const LIMITS_KEPT_MS = 30_000
