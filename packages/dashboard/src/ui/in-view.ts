import type { Signal } from '@preact/signals'
import type { RefObject } from 'preact'
import { useEffect, useRef } from 'preact/hooks'

/** Sets `inView` while an element can be seen. */
export function useInView(inView: Signal<boolean>): RefObject<HTMLElement | null> {
  const element = useRef<HTMLElement | null>(null)
  useEffect(() => {
    if (element.current === null) return undefined
    const observer = new IntersectionObserver((entries) => {
      inView.value = entries.at(-1)?.isIntersecting ?? false
    })
    observer.observe(element.current)
    return () => observer.disconnect()
  }, [inView])
  return element
}
