import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { decide, hostName, isAllowedHost, isLoopback } from './access-decision.ts'
import type { AccessQuestion } from './access-decision.ts'

/** The values of each column of the table in docs/security.md, and the facts they stand for. */
const COLUMNS: readonly (readonly [string, Readonly<Record<string, Partial<AccessQuestion>>>])[] = [
  ['guards', { none: {}, token: {}, authorize: {}, both: {} }],
  ['NODE_ENV', { production: { production: true }, other: { production: false } }],
  [
    'resource',
    {
      'public health': { resource: 'health', publicHealth: true },
      health: { resource: 'health' },
      page: { resource: 'page', publicHealth: true },
      api: { resource: 'api' },
      metrics: { resource: 'metrics' },
      sensitive: { resource: 'sensitive' },
    },
  ],
  ['method', { GET: { action: false }, POST: { action: true } }],
  ['peer', { loopback: { peer: '::ffff:127.0.0.1' }, remote: { peer: '10.1.2.3' } }],
  ['by a proxy', { yes: { forwarded: true }, no: { forwarded: false } }],
  ['Host', { known: { host: 'localhost:3000' }, unknown: { host: 'evil.test' } }],
  [
    'comes from',
    {
      'same-origin': { site: 'same-origin' },
      'not said': {},
      typed: { site: 'none', navigation: true },
      'same-site': { site: 'same-site' },
      'other origin': { origin: 'http://localhost:4000' },
      'cross-site': { site: 'cross-site' },
      'cross-site link': { site: 'cross-site', navigation: true },
    },
  ],
  ['token shown', { bearer: {}, session: {}, wrong: {}, missing: {} }],
  ['authorize says', { yes: {}, no: {}, fails: {}, 'is late': {} }],
]

const ANSWERS: Readonly<Record<string, string>> = { fails: 'failed', 'is late': 'late' }

const BASE: AccessQuestion = {
  production: false,
  resource: 'page',
  publicHealth: false,
  action: false,
  peer: '127.0.0.1',
  host: 'localhost',
  allowedHosts: [],
  forwarded: false,
  origin: undefined,
  site: undefined,
  navigation: false,
  token: 'not-set',
  authorize: 'not-set',
}

/** The rows of the table in the docs: the alternatives of each cell, null for `*`; the answer. */
function documentedRows(): {
  readonly cells: (readonly string[] | null)[]
  readonly answer: string
}[] {
  const text = readFileSync(new URL('../../../../docs/security.md', import.meta.url), 'utf8')
  const table = /<!-- decision-table -->\s+([^]+?)\n\n/.exec(text)?.[1] ?? ''
  const [header = '', , ...rows] = table.split('\n')
  const cellsOf = (row: string): string[] =>
    row
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim())
  expect(cellsOf(header)).toEqual([...COLUMNS.map(([name]) => name), 'answer'])
  return rows.map((row) => {
    const cells = cellsOf(row)
    const answer = cells.pop() ?? ''
    return { cells: cells.map((cell) => (cell === '\\*' ? null : cell.split(/, */))), answer }
  })
}

function* combinations(index = 0): Generator<string[]> {
  const column = COLUMNS[index]
  if (column === undefined) {
    yield []
    return
  }
  for (const value of Object.keys(column[1])) {
    for (const rest of combinations(index + 1)) yield [value, ...rest]
  }
}

function questionOf(values: readonly string[]): AccessQuestion {
  const facts = COLUMNS.map(([, known], i) => known[values[i] ?? ''])
  const [guards, token, says] = [values[0], values[8], values[9]]
  return Object.assign({}, BASE, ...facts, {
    token: guards === 'token' || guards === 'both' ? token : 'not-set',
    authorize:
      guards === 'authorize' || guards === 'both' ? (ANSWERS[says ?? ''] ?? says) : 'not-set',
  }) as AccessQuestion
}

function answerOf(question: AccessQuestion): string {
  const decision = decide(question)
  if (decision.kind === 'allow') return 'allowed'
  return decision.kind === 'refuse' ? String(decision.status) : decision.kind.replace('-', ' ')
}

describe('the decision', () => {
  it('is for every combination what the table in docs/security.md says', () => {
    const rows = documentedRows()
    const used = new Set<number>()
    const wrong: string[] = []
    let tried = 0
    for (const values of combinations()) {
      const row = rows.findIndex(({ cells }) =>
        cells.every((cell, i) => cell === null || cell.includes(values[i] ?? '')),
      )
      used.add(row)
      tried++
      const answer = answerOf(questionOf(values))
      if (answer !== rows[row]?.answer && wrong.length < 5) {
        wrong.push(`${values.join(' · ')}: ${answer}, row ${row + 1} says ${rows[row]?.answer}`)
      }
    }
    expect(wrong).toEqual([])
    expect(tried).toBeGreaterThan(30_000)
    // No row is dead, and every cell is a value that the test knows.
    expect([...used].toSorted((a, b) => a - b)).toEqual(rows.map((_, i) => i))
    for (const { cells } of rows) {
      cells.forEach((cell, i) => {
        const known = Object.keys(COLUMNS[i]?.[1] ?? {})
        for (const value of cell ?? []) expect(known).toContain(value)
      })
    }
  })

  it('asks authorize only when nothing else has decided', () => {
    expect(decide({ ...BASE, authorize: 'not-asked' }).kind).toBe('ask')
    expect(decide({ ...BASE, token: 'bearer', authorize: 'not-asked' }).kind).toBe('allow')
    expect(decide({ ...BASE, action: true, authorize: 'not-asked' }).kind).toBe('refuse')
  })

  it('takes Origin for what Sec-Fetch-Site does not say', () => {
    const action = { ...BASE, host: 'app.test:8080', action: true, authorize: 'yes' } as const
    expect(decide({ ...action, origin: 'http://APP.test:8080' }).kind).toBe('allow')
    expect(decide({ ...action, origin: 'http://app.test' }).kind).toBe('refuse')
    expect(decide({ ...action, origin: 'null' }).kind).toBe('refuse')
    expect(decide({ ...action, origin: 'http://app.test:8080', site: 'same-site' }).kind).toBe(
      'refuse',
    )
  })
})

describe('a host', () => {
  it.each([
    ['localhost', true],
    ['LOCALHOST:3000', true],
    ['localhost.', true],
    ['shop.localhost:80', true],
    ['127.0.0.1:3000', true],
    ['[::1]', true],
    ['[::1]:3000', true],
    ['app.test', true],
    ['a.b.dev.test:1', true],
    ['dev.test', true],
    ['evil.test', false],
    ['localhost.evil.test', false],
    ['evillocalhost', false],
    ['xdev.test', false],
    ['a:b@localhost', false],
    ['localhost@evil.test', false],
    ['localhost#.evil.test', false],
    ['localhost/', false],
    ['localhost, evil.test', false],
    ['localhost:3000:4000', false],
    ['localhost:', false],
    ['::1', false],
    ['[::1', false],
    ['[::ffff:127.0.0.1]', false],
    ['127.0.0.1.evil.test', false],
    ['2130706433', false],
    ['0.0.0.0', false],
    ['', false],
    [undefined, false],
    ['ｌｏｃａｌｈｏｓｔ', false],
  ])('%s is let in: %s', (host, expected) => {
    expect(isAllowedHost(host, ['app.test', '.dev.test'])).toBe(expected)
  })

  it('is named without port, case and final dot', () => {
    expect(hostName('App.Test.:80')).toBe('app.test')
    expect(hostName('[::1]:80')).toBe('[::1]')
  })
})

describe('a peer', () => {
  it.each([
    ['127.0.0.1', true],
    ['127.8.9.10', true],
    ['::1', true],
    ['::ffff:127.0.0.1', true],
    ['::FFFF:127.0.0.1', true],
    ['10.0.0.1', false],
    ['::ffff:10.0.0.1', false],
    ['127.0.0.1.evil', false],
    ['', false],
    // A UNIX socket: what listens there is behind a proxy.
    [undefined, false],
  ])('%s is this machine: %s', (peer, expected) => {
    expect(isLoopback(peer)).toBe(expected)
  })
})
