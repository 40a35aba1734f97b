/** An app with a panel, for tests of the pages around it. */
import Resolver, { type Request } from '@forge/resolver';

const definitions = new Resolver();

definitions.define('greet', ({ context }: Request) => `Hello ${String(context['accountId'])}`);
definitions.define('refuse', () => {
  throw new Error('refused on purpose');
});

export const resolver = definitions.getDefinitions();
