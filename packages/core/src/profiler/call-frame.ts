/** A stack that is deeper is not looked at: nothing is known of it then. */
const MAX_FRAMES = 250

/**
 * The function that holds a `using` declaration, and how far it had come.
 *
 * A declaration enters a scope for the rest of its function. An async function returns to its
 * caller at its first `await`, and nothing tells us so. Code that runs before the next microtask is
 * therefore either still below that function or already behind it, and only the call stack knows.
 */
export class CallFrame {
  readonly #stack: readonly CallSite[]
  #height: number
  #position: number

  private constructor(stack: readonly CallSite[]) {
    this.#stack = stack
    this.#height = stack.length
    this.#position = stack[0]!.getPosition()
  }

  /** The function that called `callee`; `null` when the stack cannot be read. */
  static callerOf(callee: Function): CallFrame | null {
    const stack = callStack(callee)
    return stack.length === 0 ? null : new CallFrame(stack)
  }

  /**
   * Told when the declaration is seen, by a function that it calls. The scope may have been made by
   * a helper of the app, and compilers put a helper of theirs around a declaration: the function
   * that declares is the innermost one that is on the stack both times.
   */
  declared(): void {
    const now = callStack(CallFrame.prototype.declared)
    for (let height = now.length; height > 0; height--) {
      const site = atHeight(now, height)
      const before = atHeight(this.#stack, height)
      if (before === undefined || functionOf(before) !== functionOf(site!)) continue
      this.#height = height
      this.#position = Math.max(before.getPosition(), site!.getPosition())
      return
    }
  }

  /** Whether the function has not returned since. A second call of it has not come as far. */
  isRunning(): boolean {
    const now = callStack(CallFrame.prototype.isRunning)
    if (now.length === 0) return true
    const site = atHeight(now, this.#height)
    const before = atHeight(this.#stack, this.#height)!
    return (
      site !== undefined &&
      site.getPosition() > this.#position &&
      functionOf(site) === functionOf(before)
    )
  }
}

/** The function that has `height - 1` others below it on the stack. */
function atHeight(stack: readonly CallSite[], height: number): CallSite | undefined {
  return stack[stack.length - height]
}

// Not all in Node's types: https://v8.dev/docs/stack-trace-api
interface CallSite extends NodeJS.CallSite {
  /** It waits for the function above it and is listed for the reader only. */
  isAsync(): boolean
  getEnclosingLineNumber(): number
  getEnclosingColumnNumber(): number
  getPosition(): number
}

/** The synchronous part of the stack, innermost first; empty when it cannot be read whole. */
function callStack(below: Function): CallSite[] {
  const { prepareStackTrace, stackTraceLimit } = Error
  const holder: { stack?: CallSite[] } = {}
  try {
    Error.stackTraceLimit = MAX_FRAMES
    Error.prepareStackTrace = (_, sites) => sites
    Error.captureStackTrace(holder, below)
    const sites = holder.stack!
    return sites.length < MAX_FRAMES ? sites.filter((site) => !site.isAsync()) : []
  } catch {
    return [] // `Error` is frozen in hardened environments.
  } finally {
    try {
      Error.prepareStackTrace = prepareStackTrace
      Error.stackTraceLimit = stackTraceLimit
    } catch {
      // Frozen: nothing was changed.
    }
  }
}

/** The place in the source where the function begins. */
function functionOf(site: CallSite): string {
  return `${site.getFileName()}:${site.getEnclosingLineNumber()}:${site.getEnclosingColumnNumber()}`
}
