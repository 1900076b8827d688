import type { Signal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { RefObject } from 'preact'

/** A finger leaves no pointer behind: the reader is taken to look on for so long. */
const TOUCH_MS = 15_000

/** Sets `held` while the pointer or the focus is in an element, or a finger just was. */
export function useHold(held: Signal<boolean>): RefObject<HTMLElement | null> {
  const element = useRef<HTMLElement | null>(null)
  useEffect(() => {
    const target = element.current
    if (target === null) return undefined
    let timer: ReturnType<typeof setTimeout> | undefined
    let pointer = false
    let touched = false
    const update = (): void => {
      const active = document.activeElement
      const focused = target.contains(active) && active?.matches(':focus-visible') === true
      held.value = pointer || touched || focused
    }
    const listen = <K extends keyof HTMLElementEventMap>(
      type: K,
      listener: (event: HTMLElementEventMap[K]) => void,
    ): void => target.addEventListener(type, listener, { passive: true })
    listen('pointerenter', (event) => {
      pointer = event.pointerType === 'mouse'
      update()
    })
    listen('pointerleave', () => {
      pointer = false
      update()
    })
    listen('touchstart', () => {
      touched = true
      clearTimeout(timer)
      timer = setTimeout(() => {
        touched = false
        update()
      }, TOUCH_MS)
      update()
    })
    listen('focusin', update)
    // The focus is still on its way when this is told.
    listen('focusout', () => void setTimeout(update))
    return () => clearTimeout(timer)
  }, [held])
  return element
}
