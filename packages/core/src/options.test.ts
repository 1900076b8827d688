import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { MtaioError } from './errors.ts'
import { createMtaio, resolveMtaio } from './mtaio.ts'
import { resolveOptions, type MtaioOptions } from './options.ts'

/** The error of options that are none, as `code: message`. */
function refusal(options: unknown): string {
  try {
    createMtaio(options as MtaioOptions)
  } catch (error) {
    if (error instanceof MtaioError) return `${error.code}: ${error.message}`
    throw error
  }
  return 'accepted'
}

describe('options', () => {
  it('may all be left out, also by undefined', () => {
    expect(resolveOptions({ path: undefined })).toMatchObject({
      enabled: true,
      path: '/_monitor',
      slowRequest: 0,
      maxAge: 300,
      keepPaths: true,
    })
  })

  it('of an unknown name are refused, with the name that was meant', () => {
    expect(refusal(new IncomingMessage(new Socket()) as never)).toContain('mtaioExpress()')
    expect(refusal({ ignore: [7 as never] })).toContain('not an array')
    expect(refusal({ treshold: {} })).toContain('MTAIO_OPTION_UNKNOWN: treshold is not an option')
    expect(refusal({ treshold: {} })).toContain('Did you mean thresholds?')
    expect(refusal({ pth: '/m' })).toContain('Did you mean path?')
    for (const far of ['colour', 'auth']) {
      expect(refusal({ [far]: 'red' })).toContain('The options are: enabled, path,')
    }
    expect(refusal(JSON.parse('{"__proto__": 1}'))).toContain('MTAIO_OPTION_UNKNOWN')
  })

  it.each([
    [{ enabled: 'no' }, 'enabled'],
    [{ path: '' }, 'path'],
    [{ path: '/' }, 'path'],
    [{ path: '/monitor/' }, 'path'],
    [{ path: 'monitor' }, 'path'],
    [{ path: '/a b' }, 'path'],
    [{ slowRequest: -1 }, 'slowRequest'],
    [{ slowRequest: Number.NaN }, 'slowRequest'],
    [{ maxAge: 0 }, 'maxAge'],
    [{ maxAge: Infinity }, 'maxAge'],
    [{ ignore: 'health' }, 'ignore'],
    [{ ignore: ['health'] }, 'ignore'],
    [{ keepPaths: 1 }, 'keepPaths'],
    [{ interval: 0 }, 'interval'],
    [{ historySize: 1.5 }, 'historySize'],
    [{ source: 'wmi' }, 'source'],
    [{ limits: { maxRoutes: 0 } }, 'limits.maxRoutes'],
    [{ token: '' }, 'token'],
    [{ authorize: true }, 'authorize'],
    [{ traceAsyncTasks: 'yes' }, 'traceAsyncTasks'],
    [{ redact: {} }, 'redact'],
    [{ logger: {} }, 'logger'],
    [null, 'options'],
  ])('%j are refused, and the message names the mistake', (options, name) => {
    expect(refusal(options)).toMatch(/^MTAIO_OPTION_INVALID: /)
    expect(refusal(options)).toContain(name)
  })

  it.each([
    [null, 'null'],
    [[], 'an array'],
    [() => {}, 'a function'],
    ['/_monitor', '"/_monitor"'],
  ])('of an adapter are an object: %j is refused', (wrong, shown) => {
    expect(() => resolveMtaio(wrong as never)).toThrow(
      expect.objectContaining({
        code: 'MTAIO_OPTION_INVALID',
        message: `options must be an object such as { interval: 5 }, not ${shown}.`,
      }),
    )
  })

  it('of an adapter are an instance or its options, not both', () => {
    const mtaio = createMtaio()
    expect(resolveMtaio({ mtaio })).toBe(mtaio)
    expect(() => resolveMtaio({ mtaio, interval: 5 })).toThrow(
      /interval must be given to createMtaio/,
    )
    for (const wrong of [null, {}, mtaio.monitor]) {
      expect(() => resolveMtaio({ mtaio: wrong as never })).toThrow(/mtaio must be an instance/)
    }
  })
})
