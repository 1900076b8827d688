import { signal } from '@preact/signals'
import type { Figure } from '../charts/figure.ts'

/** The help is open. */
export const helpOpen = signal(false)

/** The figure whose table is open. */
export const tableOpen = signal<Figure | null>(null)
