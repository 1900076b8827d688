import { afterEach, expect, it, vi } from 'vitest'
import { AUTHORIZE_SECONDS, askAuthorize } from './ask-authorize.ts'

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

it('an authorize that never answers is late after its seconds', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  let asked: string | null = null
  const asking = askAuthorize(() => new Promise(() => {})).then((answer) => (asked = answer))
  await vi.advanceTimersByTimeAsync(AUTHORIZE_SECONDS * 1000 - 1)
  expect(asked).toBeNull()
  await vi.advanceTimersByTimeAsync(1)
  await asking
  expect(asked).toBe('late')
})

it('one that answers in time leaves no timer, and a rejection that comes too late is nobody’s', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  for (const [answer, is] of [
    [true, 'yes'],
    [Promise.resolve(true), 'yes'],
    [1, 'no'],
    [Promise.reject(new Error('no')), 'failed'],
  ] as const) {
    expect(await askAuthorize(() => answer)).toBe(is)
    expect(vi.getTimerCount()).toBe(0)
  }
  let fail: (error: Error) => void = () => {}
  const asking = askAuthorize(() => new Promise((_, reject) => (fail = reject)))
  await vi.advanceTimersByTimeAsync(AUTHORIZE_SECONDS * 1000)
  expect(await asking).toBe('late')
  fail(new Error('late')) // Nobody there would end the process.
})

it('its timer keeps no process alive', async () => {
  const timers = vi.spyOn(globalThis, 'setTimeout')
  const asking = askAuthorize(() => new Promise((resolve) => setImmediate(resolve, true)))
  const timer = timers.mock.results[0]?.value as NodeJS.Timeout
  expect(timer.hasRef()).toBe(false)
  expect(await asking).toBe('yes')
})
