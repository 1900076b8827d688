import { execFileSync } from 'node:child_process'

/** The binary and exact version of a major version of Node: this one, else npm's package `node`. */
export function findNode(major) {
  const running = process.versions.node.split('.')[0] === String(major)
  const file = running
    ? process.execPath
    : npx(['--yes', '--package', `node@${major}`, '--', 'node', '-p', 'process.execPath'])
  return { major, file, version: execFileSync(file, ['-p', 'process.versions.node'], text).trim() }
}

const text = { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }

function npx(words) {
  return execFileSync('npx', words, text).trim()
}
