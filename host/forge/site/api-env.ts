import type { Context } from 'hono';
import type { Session } from './guard';

/** What every request to the API of the pages comes with. */
export type Env = { Bindings: { session: Session } };

/** Who acts. */
export const viewerOf = (context: Context<Env>): string => context.env.session.accountId;
