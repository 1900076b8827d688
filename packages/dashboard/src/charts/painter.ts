/**
 * All charts that have something new are drawn in one animation frame; a hidden page has none, so
 * nothing is drawn there.
 */
const waiting = new Set<() => void>()
let asked = false

/** Draws in the next frame; several calls before it draw once. */
export function paintSoon(draw: () => void): void {
  waiting.add(draw)
  if (asked) return
  asked = true
  requestAnimationFrame(() => {
    asked = false
    const draws = [...waiting]
    waiting.clear()
    for (const drawOne of draws) drawOne()
  })
}

/** Takes a drawing back. */
export function paintNever(draw: () => void): void {
  waiting.delete(draw)
}
