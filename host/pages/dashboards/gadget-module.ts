import type { AppGadget } from '../host-api';

/** The module of the app that a gadget's `moduleKey` names. ⚠ An extension ARI, as custom fields and rules have. */
export function moduleOf(
  gadget: { readonly moduleKey?: string | undefined },
  modules: readonly AppGadget[],
): AppGadget | undefined {
  const key = gadget.moduleKey ?? '';
  return modules.find((module) => key.slice(key.lastIndexOf('/') + 1) === module.key);
}
