import { expect, onTestFinished, test, vi } from 'vitest'
import { clock } from '../clock.ts'
import { SelfCost } from './self-cost.ts'

test('the share of the CPU is of the time since it was made, however old the process is', () => {
  const madeMs = 3_600_000
  vi.spyOn(clock, 'now').mockReturnValue(madeMs)
  onTestFinished(() => void vi.restoreAllMocks())
  const cost = new SelfCost()
  const at = (ms: number): void => void vi.spyOn(clock, 'now').mockReturnValue(madeMs + ms)
  at(490)
  cost.measure(() => cost.measure(() => at(500)))
  expect(cost.cpuPercent(madeMs + 1000)).toBeCloseTo(1, 6)
  expect(cost.cpuPercent(madeMs)).toBe(0)
})
