/** Names as a hostile client or a careless app may make them. All must be shown as text. */
export const HOSTILE_NAMES: readonly string[] = [
  '/img/<img src=x onerror="window.__injected=1">',
  '/"><script>window.__injected=1</script>',
  '/\u202Etxt.exe\u202C/right-to-left',
  '/emoji/👩‍👩‍👧‍👦/🚀',
  '/ünïcödé/日本語/العربية',
  '__proto__',
  'constructor',
  `/long/${'x'.repeat(10_000)}`,
]
