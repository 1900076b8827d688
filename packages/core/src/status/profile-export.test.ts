import { describe, expect, it } from 'vitest'
import { Profiler } from '../profiler/profiler.ts'
import { ProfileExport } from './profile-export.ts'

const read = (pieces: readonly Uint8Array[]): any => JSON.parse(Buffer.concat(pieces).toString())

/** A profiler with roots that have spans, the last of which is open. */
function profilerWith(roots: number, spans: number): Profiler {
  const profiler = new Profiler({ limits: { maxTraces: roots } })
  for (let i = 0; i < roots; i++) {
    profiler.traceContext(`root ${i % 10}`, () => {
      for (let k = 0; k < spans; k++)
        profiler.traceContext('"span"', () => k, { k, text: 'é\ud800' })
    })
  }
  profiler.startTrace('open')
  return profiler
}

describe('the export of a profile', () => {
  it('is the same text as the profiler makes at once', async () => {
    const profiler = profilerWith(30, 5)
    const profile = profiler.getProfile()
    const made = new ProfileExport(() => profile, 1e9)
    expect(read(await made.render('json'))).toEqual(JSON.parse(JSON.stringify(profile)))
    const chrome = read(await made.render('chrome-trace'))
    const whole = JSON.parse(profiler.exportProfile('chrome-trace'))
    expect(Object.keys(chrome)).toEqual(Object.keys(whole))
    const withoutOpen = ({ traceEvents }: { readonly traceEvents: { readonly name: string }[] }) =>
      traceEvents.filter(({ name }) => name !== 'open')
    expect(withoutOpen(chrome)).toEqual(withoutOpen(whole))
    expect(chrome.traceEvents).toHaveLength(whole.traceEvents.length)
  })

  it('has the newest traces that fit, each whole, and says how many it has not', async () => {
    const profiler = profilerWith(30, 5)
    const made = new ProfileExport(() => profiler.getProfile(), 10_000)
    const { traces, droppedTraces } = read(await made.render('json'))
    const all = JSON.parse(profiler.exportProfile()).traces as { readonly id: string }[]
    expect(traces.map(({ id }: any) => id)).toEqual(all.slice(droppedTraces).map(({ id }) => id))
    expect(traces[0].parentId).toBeNull()
    expect(traces.length).toBeGreaterThan(6)
    expect(JSON.stringify(traces).length).toBeLessThanOrEqual(10_000 + traces.length)
    expect(made.figures).toMatchObject({ limit: 10_000, cut: droppedTraces })
    expect(made.figures.used).toBeLessThanOrEqual(10_000)
    const chrome = read(await made.render('chrome-trace'))
    expect(chrome.otherData.droppedTraces).toBe(droppedTraces)
    expect(chrome.traceEvents).toHaveLength(traces.length + 1)
  })

  it('lets the app go on while it is made, and is made once for all who ask meanwhile', async () => {
    const profiler = profilerWith(1000, 30)
    let profiles = 0
    const made = new ProfileExport(() => (profiles++, profiler.getProfile()), 1e9)
    let turns = 0
    const rendering = [made.render('chrome-trace'), made.render('chrome-trace')]
    let isDone = false
    const count = (): void => {
      turns++
      if (!isDone) setImmediate(count)
    }
    setImmediate(count)
    const [one, other] = await Promise.all(rendering)
    isDone = true
    expect(one).toBe(other)
    expect(profiles).toBe(1)
    // Who asks later gets a new one.
    expect(await made.render('chrome-trace')).not.toBe(one)
    expect(profiles).toBe(2)
    // Made at once, it would be one.
    expect(turns).toBeGreaterThan(20)
  })
})
