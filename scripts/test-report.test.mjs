import { describe, expect, test } from 'vitest'
import { countOf, emptyCells, grid } from './lib/test-report.mjs'

/**
 * @param {Record<string, string[]>} statuses by framework
 * @returns {import('./lib/test-report.mjs').Report}
 */
function report(statuses) {
  const assertionResults = Object.entries(statuses).flatMap(([framework, list]) =>
    list.map((status) => ({ ancestorTitles: [framework], status })),
  )
  const failed = assertionResults.some(({ status }) => status === 'failed')
  return { testResults: [{ status: failed ? 'failed' : 'passed', assertionResults }] }
}

describe('countOf', () => {
  test('counts what passed, failed and did not run', () => {
    const counts = countOf(report({ 'Koa 2': ['passed', 'failed', 'pending', 'todo'] }))
    expect(counts).toEqual({ passed: 1, failed: 1, skipped: 2 })
  })

  test('counts a file that fails without a failed test', () => {
    const broken = { testResults: [{ status: 'failed', assertionResults: [] }] }
    expect(countOf(broken)).toEqual({ passed: 0, failed: 1, skipped: 0 })
  })
})

describe('grid', () => {
  test('shows each framework on each Node, also where one of them did not run', () => {
    const reports = new Map([
      ['Node 20', report({ 'Koa 3': ['passed', 'passed'], 'Express 4': ['passed', 'failed'] })],
      ['Node 22', report({ 'Koa 3': ['passed', 'pending'] })],
    ])
    expect(grid(reports).split('\n')).toEqual([
      '           Node 20             Node 22            ',
      'Express 4  1 passed, 1 FAILED  0 passed           ',
      'Koa 3      2 passed            1 passed, 1 skipped',
    ])
  })
})

describe('emptyCells', () => {
  test('names a report that is not there, a framework that is not in it, and one of which nothing passed', () => {
    const reports = new Map([
      ['Node 20', report({ 'Koa 3': ['passed', 'failed'], 'Express 4': ['pending'] })],
    ])
    const columns = ['Node 20', 'Node 22']
    expect(emptyCells(reports, columns, ['Koa 3', 'Express 4', 'Fastify 5'])).toEqual([
      'Express 4 on Node 20',
      'Fastify 5 on Node 20',
      'Koa 3 on Node 22',
      'Express 4 on Node 22',
      'Fastify 5 on Node 22',
    ])
  })
})
