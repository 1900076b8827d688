import type { JSX } from 'preact'
import type { ErrorDocument } from '@core/status/api-types.ts'
import { plural } from '../format/number.ts'
import type { StackFrame } from './stack.ts'
import { foldStack, parseStack, splitPath } from './stack.ts'

/**
 * An error: frames of the app stand out, the first of them most; those of packages and of Node are
 * folded.
 */
export function ErrorView({ error }: { error: ErrorDocument }): JSX.Element {
  const parts = foldStack(parseStack(error.stack ?? ''))
  const threw = parts.findIndex((part) => part.kind === 'frame')
  return (
    <div class="error" role="group" aria-label="Error">
      <p class="error-title">
        <b class="bad">{error.name}</b>
        {error.message !== '' && <>: {error.message}</>}
      </p>
      {parts.length === 0 && <p class="soft">No stack came with it.</p>}
      <ol class="stack">
        {parts.map((part, i) => (
          <li key={i} class={i === threw ? 'threw' : undefined}>
            {part.kind === 'frame' ? <Frame frame={part.frame} /> : <Folded frames={part.frames} />}
          </li>
        ))}
      </ol>
    </div>
  )
}

function Frame({ frame: { call, file, text } }: { frame: StackFrame }): JSX.Element {
  if (file === null) return <code class="faint">{text}</code>
  const [head, tail] = splitPath(file.path)
  return (
    <code title={text}>
      {call !== null && <>{call} </>}
      <span class="faint">{head}</span>
      <b>
        {tail}:{file.position}
      </b>
    </code>
  )
}

function Folded({ frames }: { frames: readonly StackFrame[] }): JSX.Element {
  const packages = frames.filter(({ owner }) => owner === 'package').length
  const of = packages === 0 ? 'Node' : packages === frames.length ? 'packages' : 'packages and Node'
  return (
    <details>
      <summary>
        {plural(frames.length, 'frame')} of {of}
      </summary>
      {frames.map((frame) => (
        <code key={frame.text} class="faint">
          {frame.text}
        </code>
      ))}
    </details>
  )
}
