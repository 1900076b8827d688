import fc from 'fast-check'
import { expect, test } from 'vitest'
import { resolveLimits } from '../limits.ts'
import { OpenTraces } from './open-traces.ts'
import { ProfileTrace } from './profile-trace.ts'
import { Sanitizer } from './sanitizer.ts'

const sanitizer = new Sanitizer(resolveLimits())
const make = (): ProfileTrace => new ProfileTrace('t', 0, 0, sanitizer)

test('holds what was added and not removed, oldest first', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), fc.nat(9))), (steps) => {
      const traces = Array.from({ length: 10 }, make)
      const list = new OpenTraces()
      let model: ProfileTrace[] = []
      for (const [add, index] of steps) {
        const trace = traces[index]
        if (trace === undefined) continue
        if (add && !model.includes(trace)) {
          list.add(trace)
          model.push(trace)
        } else if (!add) {
          expect(list.remove(trace)).toBe(model.includes(trace))
          model = model.filter((one) => one !== trace)
        }
        expect([...list]).toEqual(model)
        expect(list.size).toBe(model.length)
        expect(list.oldest).toBe(model[0] ?? null)
      }
    }),
  )
})

test('does not remove what is in another list', () => {
  const [one, two] = [new OpenTraces(), new OpenTraces()]
  const traces = [make(), make(), make()]
  for (const trace of traces) one.add(trace)
  for (const trace of traces) expect(two.remove(trace)).toBe(false)
  expect([...one]).toEqual(traces)
  expect(two.size).toBe(0)
})

test('can be walked while what is looked at ends', () => {
  const list = new OpenTraces()
  for (let i = 0; i < 5; i++) list.add(make())
  for (const trace of list) list.remove(trace)
  expect(list.size).toBe(0)
})
