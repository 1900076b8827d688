import { setImmediate as turn } from 'node:timers/promises'
import { writeHeapSnapshot } from 'node:v8'

/** @import { Server } from 'node:http' */

/**
 * Tells the test where the app is, and on request what it logged and what its memory holds.
 *
 * @param {{ readonly server: Server, readonly port: number, close(): unknown }} app
 * @param {readonly string[]} log
 */
export function report(app, log) {
  process.on('message', async (/** @type {{ snapshot?: string }} */ { snapshot }) => {
    if (snapshot === undefined) {
      process.send?.({ log })
      return
    }
    // Connections hold buffers and headers; what is left after them is kept on purpose.
    app.server.closeAllConnections()
    // The legacy properties of RegExp hold the last text that was matched.
    for (let i = 0; i < 20; i++) {
      await turn()
      ;/nothing/.exec('nothing at all')
      globalThis.gc?.()
    }
    writeHeapSnapshot(snapshot)
    process.send?.({ written: true })
  })
  process.once('disconnect', () => app.close())
  process.send?.({ port: app.port })
}
