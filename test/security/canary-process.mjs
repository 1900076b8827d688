// An app whose errors, metadata and logs are full of what its clients sent. It knows no canary of
// its own: whatever is found in its memory came in by a request and was kept.

import { startApp } from '../support/small-app.mjs'
import { report } from './canary-report.mjs'

const [framework = 'express', guard = ''] = process.argv.slice(2)

/** @type {string[]} */
const log = []
/** @param {string} line */
const note = (line) => void log.push(line)

const options = {
  ...(guard !== '' && { token: guard }),
  collectStackTrace: true,
  logger: { warn: note, error: note },
  // What the docs recommend: patterns for texts, and nothing of what is no text.
  redact: (/** @type {unknown} */ value) =>
    typeof value === 'string'
      ? value.replaceAll(/canary\w*/gi, '***')
      : typeof value === 'object'
        ? null
        : value,
}

/** @type {import('../support/small-app.mjs').Routes} */
const routes = {
  '/users/:id': ({ req, body, mtaio }) => {
    const everything = JSON.stringify([req.url, req.rawHeaders, body])
    mtaio?.monitor.recordMetric('body_size', body.length, { kind: 'user' })
    return mtaio === null
      ? 'ok'
      : mtaio.profiler.traceContext('load', () => `ok ${everything.length}`, {
          everything,
          nested: { deep: [everything] },
          error: new Error(everything),
        })
  },
  '/fail/:id': ({ req, body, mtaio }) => {
    const everything = JSON.stringify([req.url, req.rawHeaders, body])
    const error = new TypeError(`cannot read ${everything}`, { cause: new Error(everything) })
    error.name = `Failed ${everything}`
    Object.assign(error, { request: req, everything })
    return mtaio === null
      ? Promise.reject(error)
      : mtaio.profiler.traceContext('fail', () => Promise.reject(error))
  },
}

const app = await startApp(/** @type {never} */ (framework), routes, options)
app.mtaio?.monitor.onThresholdExceeded(() => {
  throw new Error('canaryinhandler: it could not be sent')
})
app.mtaio?.monitor.setThreshold('body_size', 0)
app.mtaio?.monitor.recordMetric('body_size', 1)

report(app, log)
