import { afterEach, describe, expect, test, vi } from 'vitest'
import { describeError, Log, neutralize } from './logger.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

function listener() {
  const lines: string[] = []
  const add = (message: string) => void lines.push(message)
  return { lines, warn: add, error: add }
}

describe('Log', () => {
  test('says each thing once, by its code and what it is about', () => {
    const logger = listener()
    const log = new Log(logger)
    log.warn('MTAIO_SAMPLE_FAILED', 'cpu', 'first')
    log.warn('MTAIO_SAMPLE_FAILED', 'cpu', 'second')
    log.warn('MTAIO_SAMPLE_FAILED', 'disk', 'third')
    log.error('MTAIO_INTERNAL', 'cpu', 'fourth')
    expect(logger.lines).toEqual([
      '[mtaio] MTAIO_SAMPLE_FAILED: first',
      '[mtaio] MTAIO_SAMPLE_FAILED: third',
      '[mtaio] MTAIO_INTERNAL: fourth',
    ])
  })

  test('writes to the console of the moment unless it was given a logger', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const error = vi.spyOn(console, 'error').mockImplementation(() => {})
    const log = new Log()
    log.warn('MTAIO_REFUSED', 'a', 'no')
    log.error('MTAIO_INTERNAL', 'a', 'oh')
    expect(warn).toHaveBeenCalledExactlyOnceWith('[mtaio] MTAIO_REFUSED: no')
    expect(error).toHaveBeenCalledExactlyOnceWith('[mtaio] MTAIO_INTERNAL: oh')
  })

  test('falls silent after 500 different lines, and says so in the last', () => {
    const logger = listener()
    const log = new Log(logger)
    for (let i = 0; i < 2000; i++) log.warn('MTAIO_METRIC_INVALID', `metric ${i}`, `line ${i}`)
    expect(logger.lines).toHaveLength(500)
    expect(logger.lines.at(-1)).toContain('nothing further')
  })

  test('shows each line to redact first, and says nothing that it did not give back', () => {
    const logger = listener()
    const log = new Log(logger, (line, where) => {
      if (line.includes('broken')) throw new Error('redact failed')
      return line.includes('gone') ? null : line.replace('secret', `(${where})`)
    })
    for (const line of ['a secret', 'gone secret', 'broken secret']) {
      log.error('MTAIO_INTERNAL', line, line)
    }
    expect(logger.lines).toEqual([
      '[mtaio] MTAIO_INTERNAL: a (log)',
      '[mtaio] MTAIO_INTERNAL: [redacted]',
      '[mtaio] MTAIO_INTERNAL: [redacted]',
    ])
  })

  test('survives a logger that throws', () => {
    const log = new Log({
      warn: () => {
        throw new Error('EPIPE')
      },
      error: () => {},
    })
    expect(() => log.warn('MTAIO_INTERNAL', 'a', 'b')).not.toThrow()
  })
})

describe('neutralize', () => {
  test('shows line breaks, escape codes and turned text, so that none takes effect', () => {
    expect(neutralize('a\r\nb\u001b[31mc\u009bd\u2028e\u202ef\0')).toBe(
      'a\\u000d\\u000ab\\u001b[31mc\\u009bd\\u2028e\\u202ef\\u0000',
    )
  })

  test('leaves other text alone and cuts what is long', () => {
    expect(neutralize('Grüße, 世界 😀')).toBe('Grüße, 世界 😀')
    expect(neutralize('x'.repeat(5000))).toHaveLength(1001)
  })
})

test('describeError finds words for whatever was thrown', () => {
  const hostile = new Proxy(
    {},
    {
      get() {
        throw new Error('no')
      },
    },
  )
  expect(describeError(new TypeError('bad'))).toBe('TypeError: bad')
  expect(describeError('text')).toBe('text')
  expect(describeError(null)).toBe('null')
  expect(describeError(Object.create(null))).toMatch(/cannot be shown/)
  expect(describeError(hostile)).toMatch(/cannot be shown/)
})
