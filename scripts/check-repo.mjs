// Fails on what would tie the repository to the machine it was edited on: a registry's host in the
// lock file (a clone behind another registry could not install), or an absolute path of somebody.

import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'

const LOCK_FILE = 'pnpm-lock.yaml'

// Deprecation notes quote addresses; every other address is a place to download from.
const REGISTRY_HOST = /^(?!\s*deprecated:).*(?:https?:\/\/|\btarball:|\bregistry:)/

// The short ones ('/', '/app') are words of any documentation.
const here = [process.cwd(), `${homedir()}/`].filter((path) => path.split('/').length > 2)
const HERE = new RegExp(`(?<![\\w.])(?:${here.map(quote).join('|')})`)
const SOMEBODYS_HOME = /(?<![\w.])(?:\/home\/|\/Users\/|C:\\Users\\)\w/

// A deleted file is listed until the next commit.
const deleted = git('ls-files', '--deleted')
const files = git('ls-files', '--cached', '--others', '--exclude-standard').filter(
  (file) => !deleted.includes(file),
)

const broken = files.flatMap((file) => {
  const text = readFileSync(file, 'utf8')
  if (text.includes('\0')) return []
  // Tests need made-up paths of people, for stacks to be shortened.
  const patterns = file.includes('.test.') ? [HERE] : [HERE, SOMEBODYS_HOME]
  if (file === LOCK_FILE) patterns.push(REGISTRY_HOST)
  return text
    .split('\n')
    .flatMap((line, at) =>
      patterns.some((pattern) => pattern.test(line)) ? [`${file}:${at + 1}: ${line.trim()}`] : [],
    )
})

if (broken.length > 0) {
  console.error(`bound to one machine:\n${broken.join('\n')}`)
  process.exitCode = 1
} else {
  console.log(`repository: ${files.length} files name no machine and no registry`)
}

/** @param {string} text */
function quote(text) {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

/** @param {string[]} args */
function git(...args) {
  return execFileSync('git', args, { encoding: 'utf8' }).split('\n').filter(Boolean)
}
