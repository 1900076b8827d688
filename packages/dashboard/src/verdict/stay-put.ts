import type { RefObject } from 'preact'
import { useEffect, useRef } from 'preact/hooks'

/**
 * Keeps the panels below under the pointer while an element above them grows. A browser does so by
 * itself, but not at the very top of a page.
 *
 * @param isReady What shows when the page opens moves nothing.
 */
export function useStayPut(isReady: boolean): RefObject<HTMLElement | null> {
  const element = useRef<HTMLElement | null>(null)
  useEffect(() => {
    const target = element.current
    if (target === null || !isReady) return undefined
    let height: number | null = null
    const sizes = new ResizeObserver(() => {
      const grown = target.offsetHeight - (height ?? target.offsetHeight)
      height = target.offsetHeight
      const isReading = document.querySelector('.panels:hover') !== null
      if (grown > 0 && window.scrollY === 0 && isReading) window.scrollBy(0, grown)
    })
    sizes.observe(target)
    return () => sizes.disconnect()
  }, [isReady])
  return element
}
