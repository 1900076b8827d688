import { subscribe } from 'node:diagnostics_channel'

/**
 * How long each request took in this process, by Node's own channels, for whoever asks over IPC:
 * what a client sees is longer by what its own process has to wait for.
 */
const times = []
const starts = new WeakMap()

subscribe('http.server.request.start', ({ request }) => {
  starts.set(request, { path: request.url, startMs: performance.now() })
})

subscribe('http.server.response.finish', ({ request }) => {
  const { path, startMs } = starts.get(request)
  const seconds = (performance.now() - startMs) / 1000
  times.push({ method: request.method, path, seconds })
})

process.on('message', (message) => {
  if (message === 'times') process.send(times)
})
