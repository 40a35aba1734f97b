import * as v from 'valibot';

/** Where the gadget is drawn, and what was saved for it. */
export interface GadgetPlace {
  readonly editing: boolean;
  readonly configuration: unknown;
}

const Context = v.object({
  extension: v.object({
    entryPoint: v.optional(v.string()),
    gadgetConfiguration: v.optional(v.unknown()),
  }),
});

/**
 * Reads the product context. The only place that knows its shape: `extension.entryPoint` is `edit` in the edit view,
 * `extension.gadgetConfiguration` is what `view.submit` saved. ⚠ Both from Atlassian's documentation of the module and
 * its templates, not seen on a live site.
 */
export function gadgetPlace(context: unknown): GadgetPlace {
  const parsed = v.safeParse(Context, context);
  const extension = parsed.success ? parsed.output.extension : {};
  return { editing: extension.entryPoint === 'edit', configuration: extension.gadgetConfiguration };
}
