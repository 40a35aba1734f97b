import { moduleKeyOf } from '../../contract';
import type { AppGadget } from '../host-api';

/** The module of the app that a gadget's `moduleKey`, an extension ARI, names. */
export function moduleOf(
  gadget: { readonly moduleKey?: string | undefined },
  modules: readonly AppGadget[],
): AppGadget | undefined {
  const key = moduleKeyOf(gadget.moduleKey ?? '');
  return modules.find((module) => module.key === key);
}
