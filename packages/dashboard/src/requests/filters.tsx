import type { JSX } from 'preact'
import { go, place } from '../state/navigation.ts'

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'OTHER']
const STATUSES = ['2xx', '3xx', '4xx', '499', '5xx']
const DURATIONS: readonly (readonly [seconds: number, text: string])[] = [
  [0.01, '10 ms'],
  [0.1, '100 ms'],
  [0.5, '500 ms'],
  [1, '1 s'],
  [5, '5 s'],
]

/** Narrows the list. */
export function Filters(): JSX.Element {
  const { text, method, status, least, route } = place.value
  return (
    <div class="filters">
      <input
        type="search"
        placeholder="Search"
        aria-label="Search in the requests"
        value={text}
        onInput={(event) => go({ text: event.currentTarget.value }, 'replace')}
      />
      {route === null && (
        <Choice
          label="Method"
          any="Method"
          value={method}
          options={METHODS.map((name) => [name, name])}
          onChoose={(value) => go({ method: value })}
        />
      )}
      <Choice
        label="Status"
        any="Status"
        value={status}
        options={STATUSES.map((name) => [name, name])}
        onChoose={(value) => go({ status: value })}
      />
      <Choice
        label="Duration"
        any="Duration"
        value={least === 0 ? '' : String(least)}
        options={DURATIONS.map(([seconds, name]) => [String(seconds), `≥ ${name}`])}
        onChoose={(value) => go({ least: Number(value) })}
      />
    </div>
  )
}

interface ChoiceProps {
  readonly label: string
  readonly any: string
  readonly value: string
  readonly options: readonly (readonly [value: string, text: string])[]
  readonly onChoose: (value: string) => void
}

function Choice({ label, any, value, options, onChoose }: ChoiceProps): JSX.Element {
  const known = value === '' || options.some(([option]) => option === value)
  return (
    <select
      aria-label={label}
      class={value === '' ? undefined : 'chosen'}
      value={value}
      onChange={(event) => onChoose(event.currentTarget.value)}
    >
      <option value="">{any}</option>
      {!known && <option value={value}>{value}</option>}
      {options.map(([option, text]) => (
        <option key={option} value={option}>
          {text}
        </option>
      ))}
    </select>
  )
}
