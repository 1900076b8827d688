/** The q-quantile of a list, between neighbours by their distance; NaN when it is empty. */
export function quantile(values, q) {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (sorted.length - 1) * q
  const below = sorted[Math.floor(at)]
  const above = sorted[Math.ceil(at)]
  return below + (above - below) * (at - Math.floor(at))
}

export const median = (values) => quantile(values, 0.5)

export const mean = (values) => values.reduce((sum, v) => sum + v, 0) / values.length

export function shuffled(values) {
  const list = [...values]
  for (let i = list.length - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1))
    ;[list[i], list[j]] = [list[j], list[i]]
  }
  return list
}
