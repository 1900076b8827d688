import type { ComponentChildren, JSX } from 'preact'
import { signedBytes } from '../format/bytes.ts'
import { duration } from '../format/duration.ts'
import { Icon } from '../ui/icons.tsx'
import { ErrorView } from './error-view.tsx'
import { Metadata } from './metadata.tsx'
import type { GapRow, RepeatRow, Row, SpanRow, Stretch } from './waterfall.ts'
import { MIN_N_PLUS_ONE } from './waterfall.ts'

interface RowProps<R extends Row> {
  readonly row: R
  readonly total: number
  /** The request has not ended yet. */
  readonly isRunning: boolean
  readonly opened: boolean
  readonly onToggle: () => void
}

/** A row of the waterfall: its name, its place in time, its own time and all of it. */
export function WaterfallRow(props: RowProps<Row>): JSX.Element {
  const { row } = props
  switch (row.kind) {
    case 'span':
      return <Span {...props} row={row} />
    case 'repeat':
      return <Repeat {...props} row={row} />
    case 'gap':
      return <Gap row={row} total={props.total} />
  }
}

function Span({ row, total, isRunning, opened, onToggle }: RowProps<SpanRow>): JSX.Element {
  const { span, bar, own, selfTime } = row
  const tone = span.error !== null ? 'bad' : span.endTime === null ? 'running' : ''
  const took = span.duration ?? bar.to - bar.from
  return (
    <li>
      <button type="button" class="wf-row" aria-expanded={opened} onClick={onToggle}>
        <Name depth={row.depth} name={span.name}>
          {span.error !== null && <span class="badge bad">failed</span>}
          {span.endTime === null && (
            <span class="badge">{isRunning ? 'running' : 'not ended'}</span>
          )}
        </Name>
        <span class="wf-lane">
          <Block class={`whole ${tone}`} stretch={bar} total={total} />
          {own.map((stretch) => (
            <Block key={stretch.from} class={`own ${tone}`} stretch={stretch} total={total} />
          ))}
        </span>
        <span class="wf-self">{duration(selfTime)}</span>
        <span class="wf-took">{duration(took)}</span>
      </button>
      {opened && <SpanDetail row={row} />}
    </li>
  )
}

function SpanDetail({ row: { span, bar, depth } }: { row: SpanRow }): JSX.Element {
  return (
    <div class="wf-detail">
      <p class="request-facts">
        <span>began after {duration(bar.from)}</span>
        <span title="Heap and external memory of the whole process. What ran meanwhile is in it.">
          memory {signedBytes(span.memoryDelta)} (whole process)
        </span>
      </p>
      {depth > 0 && <Metadata span={span} />}
      {depth > 0 && span.error !== null && <ErrorView error={span.error} />}
      {span.stackTrace !== null && <pre tabIndex={0}>{span.stackTrace}</pre>}
    </div>
  )
}

function Repeat({ row, total, opened, onToggle }: RowProps<RepeatRow>): JSX.Element {
  const amount = row.spans.length
  const isNPlusOne = row.inSequence && amount >= MIN_N_PLUS_ONE
  const hint = isNPlusOne
    ? `${amount} calls of the same operation, one after the other. One call for all of them may do.`
    : `${amount} calls of the same operation${row.inSequence ? '' : ', at the same time'}.`
  return (
    <li>
      <button type="button" class="wf-row" aria-expanded={opened} title={hint} onClick={onToggle}>
        <Name depth={row.depth} name={row.name} folded={!opened}>
          <span class="times">×{amount}</span>
          {isNPlusOne && <span class="badge warn">N+1</span>}
          {row.failed && <span class="badge bad">failed</span>}
        </Name>
        <span class="wf-lane">
          {row.bars.map((bar, i) => (
            <Block
              key={i}
              class={row.failed ? 'own bad' : 'own repeat'}
              stretch={bar}
              total={total}
            />
          ))}
        </span>
        <span class="wf-self" />
        <span class="wf-took">{duration(row.total)}</span>
      </button>
    </li>
  )
}

function Gap({ row, total }: { row: GapRow; total: number }): JSX.Element {
  return (
    <li>
      <div
        class="wf-row gap"
        title="The operation above was at work, or waited, in no operation of its own."
      >
        <Name depth={row.depth} name="no span" />
        <span class="wf-lane">
          <Block class="nothing" stretch={row.bar} total={total} />
        </span>
        <span class="wf-self" />
        <span class="wf-took">{duration(row.bar.to - row.bar.from)}</span>
      </div>
    </li>
  )
}

interface NameProps {
  readonly depth: number
  readonly name: string
  readonly folded?: boolean
  readonly children?: ComponentChildren
}

/** Deeper than this the names would have no room. */
const MAX_INDENT = 8

function Name({ depth, name, folded, children }: NameProps): JSX.Element {
  return (
    <span class="wf-name" style={{ paddingLeft: `${Math.min(depth, MAX_INDENT) * 14}px` }}>
      {folded !== undefined && (
        <span class={folded ? 'turn' : 'turn open'}>
          <Icon name="chevron" />
        </span>
      )}
      <span class="wf-text" title={name}>
        {name}
      </span>
      {children}
    </span>
  )
}

/** Even what took no time at all is seen. */
function Block(props: { class: string; stretch: Stretch; total: number }): JSX.Element {
  const { from, to } = props.stretch
  return (
    <i
      class={props.class}
      style={{
        left: `${(from / props.total) * 100}%`,
        width: `${((to - from) / props.total) * 100}%`,
      }}
    />
  )
}
