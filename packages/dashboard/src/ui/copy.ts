import { say } from './say.tsx'

/** Copies text; pages served without TLS have no clipboard API, an old way works there. */
export async function copy(text: string, name: string): Promise<void> {
  const done = await viaClipboard(text)
  say(done || viaSelection(text) ? `${name} copied` : `${name} could not be copied`)
}

async function viaClipboard(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return false
  }
}

function viaSelection(text: string): boolean {
  const area = document.createElement('textarea')
  area.value = text
  area.className = 'unseen'
  document.body.append(area)
  area.select()
  const done = document.execCommand('copy')
  area.remove()
  return done
}
