/**
 * One variant under valgrind: node counted-process.js <framework> <variant> <requests>. It serves so
 * many requests, in slices with a pause as those of the other modes, and is gone.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { paths } from './apps/work.js'
import { CONNECTIONS, MemoryLoad } from './memory-load.js'
import { SLICE_REQUESTS } from './slices.js'

const [framework, name, requests] = process.argv.slice(2)
const variant = await import(`./variants/${name}.js`)
const { build } = await import(`./apps/${framework}.js`)
const load = new MemoryLoad(await build(variant), paths, CONNECTIONS)
for (let left = Number(requests); left > 0; left -= SLICE_REQUESTS) {
  await load.run(Math.min(left, SLICE_REQUESTS))
  await pause(1)
}
process.exit()
