/** How long `authorize` may take before the request is refused, in seconds. */
export const AUTHORIZE_SECONDS = 10

/** What came of asking: only `yes` lets in. */
export type Authorized = 'yes' | 'no' | 'failed' | 'late'

/**
 * Calls `authorize` and waits for it, for so long only: a request that is never answered holds its
 * socket, and strangers can send many. Never rejects.
 */
export async function askAuthorize(authorize: () => unknown): Promise<Authorized> {
  let timer: NodeJS.Timeout | undefined
  try {
    const late = new Promise<typeof LATE>((resolve) => {
      timer = setTimeout(resolve, AUTHORIZE_SECONDS * 1000, LATE).unref()
    })
    const answer = await Promise.race([authorize(), late])
    if (answer === LATE) return 'late'
    // Only `true` itself opens: a truthy object is more likely a mistake than a permission.
    return answer === true ? 'yes' : 'no'
  } catch {
    return 'failed'
  } finally {
    clearTimeout(timer)
  }
}

const LATE = Symbol('late')
