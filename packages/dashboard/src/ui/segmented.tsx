import type { JSX } from 'preact'

interface SegmentedProps<T> {
  readonly label: string
  readonly options: readonly { readonly value: T; readonly text: string; readonly name: string }[]
  readonly value: T | null
  readonly onChoose: (value: T) => void
}

/** A few choices side by side, one of which is pressed. */
export function Segmented<T>({ label, options, value, onChoose }: SegmentedProps<T>): JSX.Element {
  return (
    <div class="segmented" role="group" aria-label={label}>
      {options.map((option) => (
        <button
          key={option.text}
          type="button"
          aria-pressed={option.value === value}
          aria-label={option.name}
          onClick={() => onChoose(option.value)}
        >
          {option.text}
        </button>
      ))}
    </div>
  )
}
