import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterAll } from 'vitest'

// A listener per request on a shared socket shows itself only as a line on stderr
// (DataDog/dd-trace-js#8177), which no assertion sees: here it fails the file that caused it.
const leaks: string[] = []

process.on('warning', (warning) => {
  if (warning.name === 'MaxListenersExceededWarning') leaks.push(warning.stack ?? warning.message)
})

afterAll(async () => {
  await nextTurn()
  if (leaks.length > 0) throw new Error(`listeners leaked:\n${leaks.splice(0).join('\n')}`)
})
