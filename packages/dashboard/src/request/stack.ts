/** A line of a stack trace. */
export interface StackFrame {
  readonly text: string
  /** The function, with `async` and `new`; null when there is only a place. */
  readonly call: string | null
  /** File, line and column; null when the line has none. */
  readonly file: { readonly path: string; readonly position: string } | null
  /** Whose code it is. */
  readonly owner: 'app' | 'package' | 'node'
}

/** Frames of the app one by one, what lies between them folded. */
export type StackPart =
  | { readonly kind: 'frame'; readonly frame: StackFrame }
  | { readonly kind: 'folded'; readonly frames: readonly StackFrame[] }

const FRAME = /^\s*at (?:(.+?) \()?(.+?):(\d+):(\d+)\)?$/
const CALL_ONLY = /^\s*at (.+)$/

/** Reads the frames of a stack as V8 writes it; lines of the message are left out. */
export function parseStack(stack: string): readonly StackFrame[] {
  return stack.split('\n').flatMap((line) => frameOf(line) ?? [])
}

function frameOf(line: string): StackFrame | null {
  const text = line.trim()
  const match = FRAME.exec(line)
  if (match === null) {
    const call = CALL_ONLY.exec(line)?.[1]
    return call === undefined ? null : { text, call, file: null, owner: 'node' }
  }
  const path = readable(match[2] ?? '')
  return {
    text,
    call: match[1] ?? null,
    file: { path, position: `${match[3]}:${match[4]}` },
    owner: ownerOf(path),
  }
}

function readable(path: string): string {
  if (!path.startsWith('file://')) return path
  try {
    return decodeURIComponent(path.slice('file://'.length))
  } catch {
    return path.slice('file://'.length)
  }
}

function ownerOf(path: string): StackFrame['owner'] {
  if (/[\\/]node_modules[\\/]/.test(path)) return 'package'
  return path.startsWith('node:') || path === '<anonymous>' || path === 'native' ? 'node' : 'app'
}

/** Folds what is not of the app; with no frame of the app nothing is folded. */
export function foldStack(frames: readonly StackFrame[]): readonly StackPart[] {
  if (!frames.some(({ owner }) => owner === 'app')) {
    return frames.map((frame) => ({ kind: 'frame', frame }))
  }
  const parts: StackPart[] = []
  for (const frame of frames) {
    const last = parts.at(-1)
    if (frame.owner === 'app') parts.push({ kind: 'frame', frame })
    else if (last?.kind === 'folded')
      parts[parts.length - 1] = { kind: 'folded', frames: [...last.frames, frame] }
    else parts.push({ kind: 'folded', frames: [frame] })
  }
  return parts
}

const TAIL = 2

/** A path as what may be faint and what matters: its last parts. */
export function splitPath(path: string): readonly [head: string, tail: string] {
  const parts = path.split(/(?<=[\\/])/)
  return [parts.slice(0, -TAIL).join(''), parts.slice(-TAIL).join('')]
}
