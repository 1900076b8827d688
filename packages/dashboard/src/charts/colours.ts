import { colours } from '../state/theme.ts'

export type ColourName =
  'blue' | 'red' | 'amber' | 'green' | 'violet' | 'faint' | 'grid' | 'line' | 'panel'

let probe: HTMLElement | null = null
let version = -1
const found = new Map<string, string>()

/** A colour of the style sheet, as a canvas understands it. */
export function colour(name: ColourName, opacity = 1): string {
  if (version !== colours.peek()) {
    version = colours.peek()
    found.clear()
  }
  const key = `${name}/${opacity}`
  let value = found.get(key)
  if (value === undefined) {
    value = withOpacity(computed(name), opacity)
    found.set(key, value)
  }
  return value
}

/** A custom property may be `light-dark(…)`: only the colour of an element is resolved. */
function computed(name: ColourName): string {
  if (probe === null) {
    probe = document.createElement('span')
    probe.hidden = true
    document.body.append(probe)
  }
  probe.style.color = `var(--${name})`
  return getComputedStyle(probe).color
}

function withOpacity(rgb: string, opacity: number): string {
  return opacity === 1 ? rgb : rgb.replace(/^rgb\((.+)\)$/, `rgba($1, ${opacity})`)
}
