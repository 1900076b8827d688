import { sendTraffic } from './traffic.ts'

// Traffic comes from a process of its own, so that it does not weigh on the loop it loads. It ends
// with the process that started it.
const stopping = new AbortController()
const stop = (): void => stopping.abort()
process.on('disconnect', stop)
process.on('SIGTERM', stop)
process.on('SIGINT', stop)
await sendTraffic(Number(process.argv[2]), stopping.signal)
process.disconnect?.()
