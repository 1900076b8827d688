import { expect, it } from 'vitest'
import { KnownTexts } from './known-texts.ts'

it('gives the same text each time, cut to its length, and knows a bounded number of them', () => {
  const names = new KnownTexts(2, 20)
  const long = 'x'.repeat(30)
  for (let i = 0; i < 3; i++) {
    expect(names.own('a name of the app')).toBe('a name of the app')
    expect(names.own(`name ${i}`)).toBe(`name ${i}`)
    expect(names.own(long)).toBe('x'.repeat(20))
  }
})
