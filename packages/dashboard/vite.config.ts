import { defineConfig } from 'vite'
import { assetMap } from './build/asset-map.ts'

export default defineConfig({
  base: './',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    target: 'es2022',
    // Only one script and one style: nothing to preload.
    modulePreload: false,
    cssCodeSplit: false,
    // A data: address would need an exception in the CSP.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    rolldownOptions: {
      output: {
        entryFileNames: 'assets/app-[hash].js',
        assetFileNames: 'assets/app-[hash][extname]',
      },
    },
  },
  plugins: [assetMap()],
})
