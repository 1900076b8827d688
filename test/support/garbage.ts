import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

// A new context sees `gc` though this process was started without the flag.
setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** Collects what nothing holds any more; what a job of the current turn holds goes a turn later. */
export async function collectGarbage(): Promise<void> {
  await sleep(1)
  collect()
  await sleep(1)
  collect()
}
