/** What Vite makes of `import.meta.glob`, as far as this page uses it. */
interface ImportMeta {
  glob<T>(pattern: string, options: { readonly import: string }): Record<string, () => Promise<T>>;
}
