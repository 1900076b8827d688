import type { JSX } from 'preact'
import type { ErrorDocument, ErrorTexts } from '@core/status/api-types.ts'
import { plural } from '../format/number.ts'
import type { StackFrame } from './stack.ts'
import { foldStack, parseStack, splitPath } from './stack.ts'

/** An error, and what was behind it. */
export function ErrorView({ error }: { error: ErrorDocument }): JSX.Element {
  return (
    <div class="error" role="group" aria-label="Error">
      <OneError error={error} />
      {error.causes?.map((cause, i) => (
        <OneError key={i} error={cause} isCause />
      ))}
    </div>
  )
}

/** Frames of the app stand out, the first of them most; those of packages and of Node are folded. */
function OneError({ error, isCause }: { error: ErrorTexts; isCause?: boolean }): JSX.Element {
  const parts = foldStack(parseStack(error.stack ?? ''))
  const threw = parts.findIndex((part) => part.kind === 'frame')
  return (
    <>
      <p class="error-title">
        {isCause === true && <span class="soft">caused by </span>}
        <b class="bad">{error.name}</b>
        {error.message !== '' && <>: {error.message}</>}
      </p>
      {parts.length === 0 && isCause !== true && <p class="soft">No stack came with it.</p>}
      <ol class="stack">
        {parts.map((part, i) => (
          <li key={i} class={i === threw ? 'threw' : undefined}>
            {part.kind === 'frame' ? <Frame frame={part.frame} /> : <Folded frames={part.frames} />}
          </li>
        ))}
      </ol>
    </>
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
