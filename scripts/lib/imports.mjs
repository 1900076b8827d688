import { parseSync, Visitor } from 'oxc-parser'

/**
 * @typedef {object} Import
 * @property {string | null} specifier null when it is computed, so that nobody can tell what is loaded
 * @property {boolean} typeOnly true when nothing of it is left after compilation
 * @property {number} line
 */

/**
 * Everything a module loads or names: `import`, `export … from`, `import()`, `require()`,
 * `import x = require()`, `import('x').T`, `declare module 'x'`, `/// <reference types>`, also what
 * is only resolved, by `require.resolve()` or `import.meta.resolve()`.
 *
 * @param {string} file its name tells the language
 * @param {string} source
 * @returns {Import[]} in the order of the file
 * @throws {Error} when the file cannot be parsed: an import that was not seen must not pass
 */
export function readImports(file, source) {
  const { program, comments, errors } = parseSync(file, source)
  if (errors.length > 0) throw new Error(errors[0]?.message)

  /** @type {(Import & { start: number })[]} */
  const found = []
  /** @type {(start: number, specifier: string | null, typeOnly: boolean) => void} */
  const add = (start, specifier, typeOnly) => {
    found.push({ start, specifier, typeOnly, line: source.slice(0, start).split('\n').length })
  }

  /** @type {Set<unknown>} */
  const used = new Set()

  new Visitor({
    ImportDeclaration(node) {
      // `import { type A } from 'x'` still loads x under verbatimModuleSyntax.
      add(node.start, node.source.value, node.importKind === 'type')
    },
    ExportAllDeclaration(node) {
      add(node.start, node.source.value, node.exportKind === 'type')
    },
    ExportNamedDeclaration(node) {
      if (node.source !== null) add(node.start, node.source.value, node.exportKind === 'type')
    },
    ImportExpression(node) {
      add(node.start, literal(node.source), false)
    },
    CallExpression(node) {
      const loader = loaderOf(node.callee)
      if (loader !== null) {
        used.add(loader)
        add(node.start, literal(node.arguments[0]), false)
      } else if (makesRequire(node) && !used.has(node)) {
        // A require() under another name could load anything.
        add(node.start, null, false)
      }
    },
    TSImportEqualsDeclaration(node) {
      const { moduleReference } = node
      if (moduleReference.type === 'TSExternalModuleReference') {
        add(node.start, moduleReference.expression.value, node.importKind === 'type')
      }
    },
    TSImportType(node) {
      add(node.start, node.source.value, true)
    },
    TSModuleDeclaration(node) {
      if (node.id.type === 'Literal') add(node.start, node.id.value, true)
    },
  }).visit(program)

  for (const { value, start } of comments) {
    const reference = /^\/\s*<reference\s+(?:types|path)\s*=\s*["']([^"']+)["']/.exec(value)
    if (reference?.[1] !== undefined) add(start, reference[1], true)
  }

  return found
    .toSorted((a, b) => a.start - b.start)
    .map(({ specifier, typeOnly, line }) => ({ specifier, typeOnly, line }))
}

/**
 * @param {import('oxc-parser').Expression | import('oxc-parser').Super} callee
 * @returns {unknown} what loads, or resolves, the first argument of a call of `callee`; else null
 */
function loaderOf(callee) {
  const resolves =
    callee.type === 'MemberExpression' &&
    callee.property.type === 'Identifier' &&
    callee.property.name === 'resolve'
  const loader = resolves ? callee.object : callee
  if (loader.type === 'Identifier' && loader.name === 'require') return loader
  if (loader.type === 'MetaProperty' && resolves) return loader
  return makesRequire(loader) ? loader : null
}

/** @param {{ type: string, callee?: unknown }} node */
function makesRequire({ type, callee }) {
  if (type !== 'CallExpression' || typeof callee !== 'object' || callee === null) return false
  return 'name' in callee && callee.name === 'createRequire'
}

/** @param {unknown} node */
function literal(node) {
  const isString =
    typeof node === 'object' && node !== null && 'value' in node && typeof node.value === 'string'
  return isString ? String(node.value) : null
}
