import { longDuration } from './duration.ts'

const CLOCK = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
})

// As the clock of the axes and lists: what stands at 15:04 there must not be at 3:04 PM here.
const DATE = new Intl.DateTimeFormat(undefined, {
  dateStyle: 'medium',
  timeStyle: 'medium',
  hourCycle: 'h23',
})

/** The time of the day, in the reader's time zone: 12:04:31. */
export function clock(epochSeconds: number): string {
  return CLOCK.format(epochSeconds * 1000)
}

/** Date and time, in the reader's way to write them. */
export function date(epochSeconds: number): string {
  return DATE.format(epochSeconds * 1000)
}

/** 12:03:10 – 12:04:02 */
export function span(from: number, to: number): string {
  return `${clock(from)} – ${clock(to)}`
}

/** "for 48 s" of something that began at `since` and is seen at `now`. */
export function lasting(since: number, now: number): string {
  return `for ${longDuration(now - since)}`
}
