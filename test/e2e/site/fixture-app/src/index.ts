/** An app with a panel, for tests of the pages around it. */
import Resolver, { type Request } from '@forge/resolver';

const definitions = new Resolver();

definitions.define('greet', ({ context }: Request) => `Hello ${String(context['accountId'])}`);
definitions.define('place', ({ context }: Request) => {
  const { dashboard, gadget } = context['extension'] as Record<string, { id: string }>;
  return `The resolver sees gadget ${gadget?.id} of dashboard ${dashboard?.id}`;
});
definitions.define('refuse', () => {
  throw new Error('refused on purpose');
});
definitions.define('save', ({ payload }: Request) => `Saved ${JSON.stringify(payload)}`);

export const resolver = definitions.getDefinitions();
