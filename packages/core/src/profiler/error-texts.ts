import type { ErrorTexts } from './span-document.ts'

/**
 * An error with all its texts changed. Of a stack only what is above the frames is: they name the
 * app's own files, which may be called as a path of a request is.
 */
export function changeTexts(
  { name, message, stack }: ErrorTexts,
  change: (text: string) => string,
): ErrorTexts {
  const changed = change(message)
  return {
    name: change(name),
    message: changed,
    stack: stack === null ? null : changeStack(stack, message, changed, change),
  }
}

function changeStack(
  stack: string,
  message: string,
  changed: string,
  change: (text: string) => string,
): string {
  // First the message as a whole, since it may have lines that look like frames.
  const told = changed === message ? stack : stack.replaceAll(message, () => changed)
  const frames = told.search(/\n {4}at /)
  return frames < 0 ? change(told) : change(told.slice(0, frames)) + told.slice(frames)
}
