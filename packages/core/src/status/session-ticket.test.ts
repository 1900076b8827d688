import { describe, expect, it } from 'vitest'
import { SESSION_SECONDS, SessionTickets } from './session-ticket.ts'

describe('a ticket', () => {
  it('is valid until its end, in every process that has the token', () => {
    const ticket = new SessionTickets('s3cret').issue(1000)
    const elsewhere = new SessionTickets('s3cret')
    expect(elsewhere.isValid(ticket, 1000)).toBe(true)
    expect(elsewhere.isValid(ticket, 1000 + SESSION_SECONDS - 1)).toBe(true)
    expect(elsewhere.isValid(ticket, 1000 + SESSION_SECONDS)).toBe(false)
    expect(new SessionTickets('another').isValid(ticket, 1000)).toBe(false)
  })

  it('that was changed anywhere is not valid', () => {
    const tickets = new SessionTickets('s3cret')
    const ticket = tickets.issue(1000)
    const [id = '', end = '', mac = ''] = ticket.split('.')
    const changed = [
      `${id}.${Number(end) + 1}.${mac}`,
      `${id}x.${end}.${mac}`,
      `${id}.${end}.`,
      `${id}.${end}`,
      `${id}..${mac}`,
      `.${end}.${mac}`,
      `${ticket}x`,
      '',
      '.',
      '..',
      'x'.repeat(1_000_000),
    ]
    for (const other of changed) expect(tickets.isValid(other, 1000)).toBe(false)
    for (let i = 0; i < ticket.length; i++) {
      const letter = ticket[i] === 'A' ? 'B' : 'A'
      const other = ticket.slice(0, i) + letter + ticket.slice(i + 1)
      // The last letter of the MAC has two bits that say nothing; they are compared all the same.
      expect([other, tickets.isValid(other, 1000)]).toEqual([other, false])
    }
  })

  it('that was signed out stays so, and others go on', () => {
    const tickets = new SessionTickets('s3cret')
    const [first, second] = [tickets.issue(1000), tickets.issue(1000)]
    tickets.revoke(first, 1000)
    tickets.revoke('forged.2000000000.mac', 1000)
    expect(tickets.isValid(first, 1000)).toBe(false)
    expect(tickets.isValid(second, 1000)).toBe(true)
  })

  it('is forgotten as signed out only when a thousand others have signed out since', () => {
    const tickets = new SessionTickets('s3cret')
    const first = tickets.issue(1000)
    tickets.revoke(first, 1000)
    for (let i = 0; i < 999; i++) tickets.revoke(tickets.issue(1000), 1000)
    expect(tickets.isValid(first, 1000)).toBe(false)
    tickets.revoke(tickets.issue(1000), 1000)
    expect(tickets.isValid(first, 1000)).toBe(true)
  })

  it('is in a cookie whose name says nothing of the token and differs between tokens', () => {
    const names = ['a', 'b'].map((token) => new SessionTickets(token).cookieName)
    expect(names[0]).toMatch(/^mtaio_[\w-]{8}$/)
    expect(names[0]).not.toBe(names[1])
  })
})
