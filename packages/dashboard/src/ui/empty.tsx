import type { ComponentChildren, JSX } from 'preact'

/** Says why there is nothing, and the line of code that changes it. */
export function Empty({
  children,
  code,
}: {
  children: ComponentChildren
  code?: string
}): JSX.Element {
  return (
    <div class="empty">
      <p>{children}</p>
      {code !== undefined && <pre tabIndex={0}>{code}</pre>}
    </div>
  )
}
