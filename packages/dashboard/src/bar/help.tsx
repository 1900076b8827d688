import type { JSX } from 'preact'
import { helpOpen } from '../state/dialogs.ts'
import { KEYS } from '../state/keys.ts'
import { Dialog } from '../ui/dialog.tsx'

/** The keys, and how the page is to be read. */
export function Help(): JSX.Element | null {
  if (!helpOpen.value) return null
  return (
    <Dialog title="Keys and help" onClose={() => (helpOpen.value = false)}>
      <dl class="keys">
        {KEYS.map(({ keys, text }) => (
          <div key={text}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      <ul class="notes">
        <li>Drag across a chart: all charts show that time, and the request list follows.</li>
        <li>
          <i class="key-line violet" /> Thin lines across the charts are major garbage collections.{' '}
          <i class="key-line dashed" /> Dashed lines are thresholds; a shaded time is one in which
          an alert fired.
        </li>
        <li>
          <i class="key-line halves" /> The dark part of a bar in a waterfall is the time of the
          operation itself, the pale part that of the operations inside it.
        </li>
        <li>A gap means that nothing was measured. It never means 0.</li>
        <li>
          Percentiles are of histograms and at most 1.1 % off. A p99 of fewer than 100 samples is
          set in <em class="few">faint italics</em>.
        </li>
        <li>
          Memory of an operation is the change of the whole process meanwhile: what runs at the same
          time is in it.
        </li>
      </ul>
    </Dialog>
  )
}
