import { describe, expect, test } from 'vitest'
import { bytes, signedBytes } from './bytes.ts'
import { duration } from './duration.ts'
import { count, NONE, percent, rate, short } from './number.ts'
import { split, unitOf, write } from './unit.ts'

const plain = (text: string): string => text.replaceAll('\u00a0', ' ')

describe('figures are written with the unit that suits them', () => {
  test.each([
    [0, '0 ms'],
    [0.000_000_4, '0.4 µs'],
    [0.000_85, '850 µs'],
    [0.000_999_6, '1 ms'],
    [0.0098, '9.8 ms'],
    [0.9996, '1 s'],
    [1.42, '1.42 s'],
    [22.4, '22.4 s'],
    [59.96, '1 min'],
    [185, '3 min 5 s'],
    [11_520, '3 h 12 min'],
    [187_200, '2 d 4 h'],
  ])('%f s is %s', (seconds, text) => {
    expect(plain(duration(seconds))).toBe(text)
  })

  test.each([
    [0, '0 B'],
    [640, '640 B'],
    [1023.6, '1 KiB'],
    [12_700, '12.4 KiB'],
    [1_288_490_189, '1.2 GiB'],
  ])('%f bytes are %s', (value, text) => {
    expect(plain(bytes(value))).toBe(text)
  })

  test('a difference of bytes has its sign', () => {
    expect(plain(signedBytes(2048))).toBe('+2 KiB')
    expect(plain(signedBytes(-2048))).toBe('−2 KiB')
    expect(signedBytes(0)).not.toContain('+')
  })

  test('a little is not nothing', () => {
    expect(plain(percent(0.02))).toBe('<0.1 %')
    expect(percent(0)).not.toContain('<')
    expect(rate(0.004)).toBe('<0.01')
    expect(rate(0)).toBe('0')
  })

  test('large numbers stay short', () => {
    expect(count(71_204)).toBe('71,204')
    expect(plain(count(1_240_000))).toBe('1.24 M')
    expect(short(15_000)).toBe('15k')
    expect(plain(count(4.2e12))).toBe('4.2 T')
    expect(count(1.234e18)).toBe('1.23e+18')
    expect(plain(write(1_240_000, 'number'))).toBe('1.24 M')
    expect(write(-1_234e15, 'number')).toBe('-1.23e+18')
  })

  test('a little below zero is not a little above it', () => {
    expect(write(0.0004, 'number')).toBe('<0.001')
    expect(write(-0.0004, 'number')).toBe('>-0.001')
  })

  test('what is not known is n/a, never 0', () => {
    for (const text of [duration(null), bytes(null), count(null), percent(null), rate(null)]) {
      expect(text).toBe(NONE)
    }
    expect(write(undefined, 'seconds')).toBe(NONE)
    expect(split(null, 'bytes')).toEqual([NONE, ''])
  })

  test('a number comes apart from its unit', () => {
    expect(split(0.084, 'seconds')).toEqual(['84', 'ms'])
    expect(split(248, 'req/s')).toEqual(['248', 'req/s'])
    expect(split(3, 'number')).toEqual(['3', ''])
  })

  test('a metric named like a member of every object has no unit', () => {
    expect(unitOf('cpu_usage')).toBe('percent')
    expect(unitOf('constructor')).toBe('number')
    expect(unitOf('__proto__')).toBe('number')
  })
})
