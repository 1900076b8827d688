import type { JSX } from 'preact'
import { longDuration } from '../format/duration.ts'
import { clock } from '../format/time.ts'
import { helpOpen } from '../state/dialogs.ts'
import { frame } from '../state/frame.ts'
import { pausedAt, snapshot, togglePause } from '../state/live.ts'
import { go, place } from '../state/navigation.ts'
import { RANGES } from '../state/place.ts'
import { nextTheme, theme } from '../state/theme.ts'
import { Icon } from '../ui/icons.tsx'
import { Segmented } from '../ui/segmented.tsx'
import { LinkState } from './link-state.tsx'

const OPTIONS = RANGES.map((range) => ({
  value: range,
  text: range === 3600 ? '60 min' : String(range / 60),
  name: `Last ${range / 60} min`,
}))

/** Which process this is, how fresh the figures are, and what can be chosen for the whole page. */
export function Bar(): JSX.Element {
  return (
    <header class="bar">
      <div class="bar-row">
        <Identity />
        <LinkState />
        <div class="bar-tools">
          <PauseButton />
          <ThemeButton />
          <button
            type="button"
            class="tool"
            aria-label="Keys and help"
            title="Keys and help (?)"
            onClick={() => (helpOpen.value = true)}
          >
            ?
          </button>
        </div>
      </div>
      <div class="bar-range">
        <Selection />
        <Segmented
          label="Time that is shown"
          options={OPTIONS}
          value={place.value.selection === null ? place.value.range : null}
          onChoose={(range) => go({ range, selection: null })}
        />
      </div>
    </header>
  )
}

function Identity(): JSX.Element {
  const current = snapshot.value
  if (current === null) return <h1 class="app-name">mtaio</h1>
  const { app, process } = current
  const facts = [
    `pid ${process.pid}`,
    `node ${process.nodeVersion.replace(/^v/, '')}`,
    process.hostname,
    `up ${longDuration(process.uptime)}`,
  ]
  return (
    <div class="identity">
      <h1 class="app-name">{app.name}</h1>
      {app.version !== null && <span class="soft">{app.version}</span>}
      {app.environment !== null && <span class="badge">{app.environment}</span>}
      <span class="facts">{facts.join(' · ')}</span>
    </div>
  )
}

/** The stretch that was dragged out, and the way back to now. */
function Selection(): JSX.Element | null {
  if (place.value.selection === null) return null
  const { from, to } = frame.value
  return (
    <button
      type="button"
      class="chip"
      title="Back to now (Esc)"
      onClick={() => go({ selection: null })}
    >
      {clock(from)} – {clock(to)}
      <Icon name="close" />
      <span class="unseen">Back to now</span>
    </button>
  )
}

function PauseButton(): JSX.Element {
  const paused = pausedAt.value !== null
  const name = paused ? 'Resume' : 'Pause'
  return (
    <button
      type="button"
      class={paused ? 'tool labelled active' : 'tool labelled'}
      title={`${name} the view (p)`}
      aria-label={`${name} the view`}
      onClick={togglePause}
    >
      <Icon name={paused ? 'play' : 'pause'} />
      <span class="wide">{name}</span>
    </button>
  )
}

function ThemeButton(): JSX.Element {
  return (
    <button
      type="button"
      class="tool"
      title={`Colours: ${theme.value} (t)`}
      aria-label={`Colours: ${theme.value}. Change`}
      onClick={nextTheme}
    >
      <Icon name={theme.value} />
    </button>
  )
}
