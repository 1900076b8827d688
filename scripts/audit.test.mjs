import { describe, expect, test } from 'vitest'
import { readAudit } from './lib/audit.mjs'

describe('readAudit', () => {
  test('names each finding with its range and severity', () => {
    const vulnerabilities = { qs: { severity: 'high', range: '<6.14.1', via: [] } }
    expect(readAudit(JSON.stringify({ auditReportVersion: 2, vulnerabilities }))).toEqual([
      'qs <6.14.1 (high)',
    ])
  })

  test('finds nothing in a report without findings', () => {
    expect(readAudit('{ "auditReportVersion": 2, "vulnerabilities": {} }')).toEqual([])
  })

  test('knows a registry that has no audits', () => {
    expect(readAudit('{ "message": "405 Method Not Allowed", "statusCode": 405 }')).toBeNull()
    expect(readAudit('{ "message": "404 Not Found", "statusCode": 404 }')).toBeNull()
  })

  test('takes nothing else for a report without findings', () => {
    expect(() => readAudit('{ "message": "503 Busy", "statusCode": 503 }')).toThrow('503 Busy')
    expect(() => readAudit('{ "message": "ENOTFOUND" }')).toThrow('ENOTFOUND')
    expect(() => readAudit('{}')).toThrow('{}')
    expect(() => readAudit('')).toThrow(SyntaxError)
  })
})
