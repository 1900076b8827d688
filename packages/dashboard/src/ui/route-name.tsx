import type { JSX } from 'preact'

/** A method and a route, in the type of code. */
export function RouteName({ method, route }: { method: string; route: string }): JSX.Element {
  return (
    <span class="route-name" title={`${method} ${route}`}>
      <span class="method">{method}</span> <span class="pattern">{route}</span>
    </span>
  )
}
