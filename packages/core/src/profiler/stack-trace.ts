/** How many frames are captured: the app's are often far below those of its framework. */
const CAPTURED_FRAMES = 50
/** How many of them are kept. */
const KEPT_FRAMES = 20

/**
 * The stack as lines of text, the app's own frames first, those of packages and of Node after them.
 *
 * @param below - The innermost function to leave out, with all that it called.
 * @returns An empty text when the stack cannot be read.
 */
export function captureStackTrace(below: Function): string {
  const { stackTraceLimit } = Error
  const holder: { stack?: unknown } = {}
  try {
    Error.stackTraceLimit = CAPTURED_FRAMES
    Error.captureStackTrace(holder, below)
    return typeof holder.stack === 'string' ? arrange(holder.stack) : ''
  } catch {
    return '' // `Error` is frozen in hardened environments, or the app's prepareStackTrace threw.
  } finally {
    try {
      Error.stackTraceLimit = stackTraceLimit
    } catch {
      // Frozen: nothing was changed.
    }
  }
}

function arrange(stack: string): string {
  const frames = stack.split('\n').filter((line) => line.startsWith('    at '))
  const own = frames.filter(isOwn)
  const foreign = frames.filter((frame) => !isOwn(frame))
  return [...own, ...foreign]
    .slice(0, KEPT_FRAMES)
    .map((line) => line.trim())
    .join('\n')
}

function isOwn(frame: string): boolean {
  return !/[\\/]node_modules[\\/]|\bnode:|<anonymous>\)?$/.test(frame)
}
