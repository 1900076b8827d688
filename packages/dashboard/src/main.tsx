import { effect } from '@preact/signals'
import { render } from 'preact'
import 'uplot/dist/uPlot.min.css'
import './styles/tokens.css'
import './styles/base.css'
import './styles/bar.css'
import './styles/cards.css'
import './styles/tables.css'
import './styles/request.css'
import './styles/narrow.css'
import { App } from './app.tsx'
import { listenForKeys } from './state/keys.ts'
import { connect, link, snapshot } from './state/live.ts'
import { go } from './state/navigation.ts'

const root = document.getElementById('app')
if (root !== null) render(<App />, root)
listenForKeys()
connect()

// A process that began just now has little to show: charts of a minute show it larger.
const stop = effect(() => {
  const current = snapshot.value
  if (current === null) return
  const isChosen = new URLSearchParams(window.location.search).has('range')
  if (!isChosen && current.process.uptime < 60) go({ range: 60 }, 'replace')
  queueMicrotask(() => stop())
})

// The tab says what it is of, and whether to look.
effect(() => {
  const current = snapshot.value
  if (current === null) return
  const firing = current.alerts.length
  const isLost = link.value.state === 'lost'
  const state = isLost ? '✕ no answer · ' : firing > 0 ? `▲ ${firing} · ` : ''
  document.title = `${state}${current.app.name} · mtaio`
})
