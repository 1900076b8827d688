import { defineConfig } from 'rolldown'

/** Into one file: an app loads it in a quarter of the time that 170 files take. */
export default defineConfig({
  input: 'src/index.ts',
  platform: 'node',
  external: /^[^./]/,
  transform: { target: 'es2023' },
  output: {
    file: 'dist/index.js',
    sourcemap: true,
    // They are in the package, as the documentation is in the types.
    sourcemapExcludeSources: true,
    comments: false,
  },
  plugins: [
    {
      name: 'one-byte-characters',
      // V8 keeps a source with any other character in it in two bytes for each, as long as the app runs.
      generateBundle(_options, bundle) {
        const chunk = bundle['index.js']
        chunk.code = chunk.code.replace(/[^\0-\xff]/g, escaped)
      },
    },
  ],
})

function escaped(character) {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
