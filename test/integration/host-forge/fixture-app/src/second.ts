/** A handler file of its own, which must never be loaded by functions of the first one. */
export function spin(): void {
  for (;;);
}
